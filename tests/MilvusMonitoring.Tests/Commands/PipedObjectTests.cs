using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// What comes through the pipeline and is no object of this module as it stands: a copy of one, nothing at all, or something else.
/// </summary>
public sealed class PipedObjectTests
{
    /// <summary>What a job, a remote session and Import-Clixml do to an object.</summary>
    private const string Copy =
        "$copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($original));";

    [Theory]
    [InlineData("Deserialized.")]
    [InlineData("Selected.")]
    [InlineData("Deserialized.Selected.")]
    public async Task The_copy_of_a_stack_means_the_same_Prometheus_as_the_stack(string prefix)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();

        var plan = Assert.Single(
            (
                await stage.RunAsync(
                    $"$original = Get-KubePrometheus -Kubeconfig $c; {Copy} $copy.PSObject.TypeNames.Clear(); "
                        + $"$copy.PSObject.TypeNames.Add('{prefix}MilvusMonitoring.KubePrometheusStack'); $copy | "
                        + "Grant-PrometheusMilvusAccess -WhatIf"
                ))
                .EnsureNoError()
                .OutputOf<PrometheusAccess>());

        Assert.Equal(
            (AccessMethod.ClusterRole, "ClusterRole/prometheus-k8s", null, stage.Kubeconfig),
            (plan.Method, plan.Role, plan.TargetNamespace, plan.Kubeconfig));
    }

    [Fact]
    public async Task The_copy_of_an_access_is_revoked_as_the_access_would_be()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();

        var revoked = Assert.Single(
            (
                await stage.RunAsync(
                    $"$original = Grant-PrometheusMilvusAccess -Namespace kube-public -Kubeconfig $c; {Copy} $copy | "
                        + "Revoke-PrometheusMilvusAccess"
                ))
                .EnsureNoError()
                .OutputOf<PrometheusAccess>());

        Assert.Equal((AccessMethod.Binding, "kube-public", ResourceAction.Deleted), (revoked.Method, revoked.TargetNamespace, revoked.Action));
    }

    [Theory]
    [InlineData("Get-MilvusInstance my-release -Kubeconfig $c")]
    [InlineData("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")]
    public async Task The_copy_of_a_Milvus_or_of_its_monitor_is_the_one_that_is_tested(string original)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        new SampleMilvus { Name = "other" }.PutInto(stage.Cluster);

        var checks = (
            await stage.RunAsync($"$original = {original}; {Copy} $copy | Test-MilvusMonitoring -ErrorAction SilentlyContinue")
        ).OutputOf<MonitoringCheck>();

        Assert.Contains(checks, check => check.Target == "Milvus/default/my-release");
        Assert.DoesNotContain(checks, check => check.Target == "Milvus/default/other");
    }

    [Theory]
    [InlineData("$original")]
    [InlineData("$copy")]
    public async Task The_copy_of_a_Milvus_has_the_monitors_of_the_Milvus(string piped)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        new SampleMilvus { Name = "other" }.PutInto(stage.Cluster);
        await stage.RunAsync("'my-release', 'other' | ForEach-Object { Enable-MilvusServiceMonitor $_ -Kubeconfig $c }");

        var monitor = Assert.Single(
            (await stage.RunAsync(
                $"$original = Get-MilvusInstance my-release -Kubeconfig $c; {Copy} {piped} | Get-MilvusServiceMonitor"))
                .EnsureNoError()
                .OutputOf<MilvusServiceMonitor>());

        Assert.Equal(("default", "my-release"), (monitor.Namespace, monitor.Instance));
    }

    [Theory]
    [InlineData("Grant-PrometheusMilvusAccess")]
    [InlineData("Revoke-PrometheusMilvusAccess")]
    [InlineData("Test-MilvusMonitoring")]
    [InlineData("Start-MonitoringPortForward -LocalPort 0")]
    public async Task Nothing_does_not_mean_the_default(string command)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Requests.Clear();

        var result = await stage.RunAsync($"$stack = $null; $stack | {command} -Kubeconfig $c");

        Assert.Contains("null", Assert.Single(result.Errors).ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(result.Output);
        Assert.Empty(stage.Cluster.Requests.All);
    }

    [Theory]
    [InlineData("42", "Int32")]
    [InlineData("@{ a = 1 }", "Hashtable")]
    [InlineData("(Get-MilvusInstance my-release -Kubeconfig $c)", "MilvusInstance")]
    public async Task What_is_no_name_does_not_become_the_name_of_a_Service(string piped, string what)
    {
        await using var stage = await Stage.StartAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        await stage.InstalledAsync();

        var result = await stage.RunAsync(
            $"$original = Get-KubePrometheus -Kubeconfig $c; {Copy} {piped} | Start-MonitoringPortForward -LocalPort 0 -Kubeconfig $c");

        Assert.Contains(
            $"{what} is not the name of a Service; pipe a stack",
            Assert.Single(result.Errors).ToString(),
            StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("Enable-MilvusServiceMonitor")]
    [InlineData("Enable-MilvusAlertRule")]
    public async Task The_name_of_a_stack_is_not_that_of_a_Milvus(string command)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        stage.Cluster.Requests.Clear();

        var result = await stage.RunAsync($"Get-MonitoringStack -Kubeconfig $c | {command}");

        var error = result.OnlyError(ErrorId.ParameterInvalid);
        Assert.Contains("names no Milvus; name the Milvus too: ", error, StringComparison.Ordinal);
        Assert.Contains($"| {command} my-release", error, StringComparison.Ordinal);
        Assert.Empty(stage.Cluster.Requests.Writes);
        Assert.NotEmpty((await stage.RunAsync($"Get-MonitoringStack -Kubeconfig $c | {command} my-release")).EnsureNoError().Output);
    }

    [Theory]
    [InlineData("[pscustomobject]@{ Name = 'my-release'; Namespace = 'default' } | Enable-MilvusServiceMonitor -Kubeconfig $c")]
    [InlineData("Get-KubePrometheus -Kubeconfig $c | Enable-MilvusServiceMonitor my-release")]
    public async Task A_list_of_names_and_a_stack_of_this_module_mean_the_Milvus_that_they_name(string command)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        new SampleMilvus().PutInto(stage.Cluster);

        var monitor = Assert.Single((await stage.RunAsync(command)).EnsureNoError().OutputOf<MilvusServiceMonitor>());

        Assert.Equal(("my-release", "default", ResourceAction.Created), (monitor.Instance, monitor.Namespace, monitor.Action));
    }

    [Fact]
    public async Task A_label_without_a_value_is_refused()
    {
        await using var stage = await Stage.StartAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        var result = await stage.RunAsync("Enable-MilvusServiceMonitor my-release -AdditionalLabel @{ team = $nothing } -Kubeconfig $c");
        Assert.Contains("The label 'team' has no value; give it a value", result.OnlyError(ErrorId.ParameterInvalid), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MY-Release", ResourceAction.Created, null)]
    [InlineData("my-*", null, "give one name, or pipe what Get-MilvusInstance finds by a pattern")]
    public async Task A_Milvus_is_found_in_any_letter_case_and_by_one_name(string name, ResourceAction? action, string? text)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        new SampleMilvus().PutInto(stage.Cluster);

        var result = await stage.RunAsync($"Enable-MilvusServiceMonitor '{name}' -Kubeconfig $c");

        Assert.Equal(action, result.OutputOf<MilvusServiceMonitor>().SingleOrDefault()?.Action);
        Assert.Equal(text is null, result.Errors.Count == 0);
        Assert.All(result.Errors, error => Assert.Contains(text!, error.ToString(), StringComparison.Ordinal));
    }
}
