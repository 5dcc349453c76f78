using System.Text.Json;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Tests.Milvus;

public sealed class HelmArgumentsTests
{
    [Theory]
    [InlineData("https://example.com/charts", "milvus --repo https://example.com/charts --version 5.0.19")]
    [InlineData("oci://example.com/charts/", "oci://example.com/charts/milvus --version 5.0.19")]
    [InlineData("oci://example.com/charts/milvus", "oci://example.com/charts/milvus --version 5.0.19")]
    public void The_installed_version_is_asked_for(string chart, string arguments) =>
        Assert.Equal(arguments, string.Join(' ', ChartSource.Parse(chart, path => path).ListArguments("milvus", "5.0.19")));

    [Fact]
    public void One_kubeconfig_is_an_argument_several_a_variable_and_a_service_account_neither()
    {
        var several = $"/a{Path.PathSeparator}/b";
        Assert.Equal(["--kubeconfig", "/a", "--kube-context", "c"], HelmArguments.ListForCluster("/a", "c"));
        Assert.Equal(["--kube-context", "c"], HelmArguments.ListForCluster(several, "c"));
        Assert.Equal([], HelmArguments.ListForCluster(null, "in-cluster"));
        Assert.Equal(several, HelmArguments.GetVariables([], several, "secret")["KUBECONFIG"]);
        Assert.Null(HelmArguments.GetVariables(["KUBECONFIG"], null, "secret")["KUBECONFIG"]);
    }

    [Fact]
    public void Variables_that_would_lead_helm_to_another_cluster_are_taken_away()
    {
        var variables = HelmArguments.GetVariables(
            ["HELM_KUBECONTEXT", "HELM_KUBEAPISERVER", "HELM_KUBETOKEN", "HELM_NAMESPACE", "HELM_DEBUG", "HELM_CACHE_HOME", "PATH"],
            "/a",
            "configmap");
        Assert.Equal(
            ["HELM_DEBUG", "HELM_KUBEAPISERVER", "HELM_KUBECONTEXT", "HELM_KUBETOKEN", "HELM_NAMESPACE"],
            variables.Where(variable => variable.Value is null).Select(variable => variable.Key).Order(StringComparer.Ordinal));
        Assert.Equal("configmap", variables["HELM_DRIVER"]);
    }

    [Fact]
    public void The_command_line_is_shown_as_PowerShell_takes_it() =>
        Assert.Equal(
            """helm upgrade r --set-json 'a={"b":"it''s"}' '--%' '@a'""",
            HelmArguments.WriteCommandLine(["upgrade", "r", "--set-json", """a={"b":"it's"}""", "--%", "@a"])
        );

    [Theory]
    [InlineData("""{"version":3}""", 3)]
    [InlineData("Release r has been cancelled.", null)]
    [InlineData("", null)]
    public void The_revision_is_read_where_helm_tells_it(string output, int? revision) =>
        Assert.Equal(revision, HelmArguments.FindRevision(System.Text.Encoding.UTF8.GetBytes(output)));

    [Fact]
    public void Secrets_are_told_by_their_names_and_hidden_line_by_line()
    {
        using var values = JsonDocument.Parse(
            """{"minio":{"accessKey":"user-1","size":"20Gi"},"auth":{"users":[{"name":"root-user","pin":123456}]},"tls":{"keyPem":"BEGIN\nline-of-key\n"},"key":"a"}"""
        );
        var words = new SecretRedactor(SecretRedactor.ListSecrets(values.RootElement));
        Assert.Equal("*** 20Gi *** *** *** a", words.Hide("user-1 20Gi root-user 123456 line-of-key a"));
    }
}
