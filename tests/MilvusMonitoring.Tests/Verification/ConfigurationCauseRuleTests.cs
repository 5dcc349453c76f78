using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class ConfigurationCauseRuleTests
{
    private static readonly LiveMonitor Monitor = ReadMonitor("""{"endpoints":[{"port":"metrics"}]}""");

    [Theory]
    [InlineData("""["--namespaces=monitoring,kube-system"]""", "--namespaces")]
    [InlineData("""["--namespaces","monitoring"]""", "--namespaces")]
    [InlineData("""["--namespaces=monitoring","--namespaces=other"]""", "monitoring, other")]
    [InlineData("""["-deny-namespaces=milvus"]""", "--deny-namespaces")]
    [InlineData("""["--prometheus-instance-namespaces=other"]""", "--prometheus-instance-namespaces")]
    [InlineData("""["--namespaces=milvus,monitoring"]""", null)]
    [InlineData("""["--deny-namespaces=other","--prometheus-instance-namespaces=monitoring"]""", null)]
    [InlineData("[]", null)]
    public void An_operator_may_not_see_the_namespaces(string args, string? reason)
    {
        var cause = ConfigurationCauseRule.Find(Monitor, Server("{}"), [Operator(args)]);
        Assert.Equal(reason is null, cause is null);
        Assert.Contains(reason ?? string.Empty, cause?.Reason ?? string.Empty, StringComparison.Ordinal);
        Assert.Null(ConfigurationCauseRule.Find(Monitor, Server("{}"), [Operator(args), Operator("[]")]));
    }

    [Theory]
    [InlineData("tlsConfig\":{\"caFile\":\"/etc/ca.crt\"}", "tlsConfig.caFile")]
    [InlineData("bearerTokenFile\":\"/var/run/secrets/token\"", "bearerTokenFile")]
    [InlineData("path\":\"/metrics\"", null)]
    public void Files_may_be_denied_to_monitors(string field, string? named)
    {
        var monitor = ReadMonitor($$"""{"endpoints":[{"port":"metrics","{{field}}}]}""");
        var cause = ConfigurationCauseRule.Find(monitor, Server("""{"arbitraryFSAccessThroughSMs":{"deny":true} }"""), []);
        Assert.Equal(named is null, cause is null);
        Assert.Contains(named ?? string.Empty, cause?.Reason ?? string.Empty, StringComparison.Ordinal);
        Assert.Null(ConfigurationCauseRule.Find(monitor, Server("{}"), []));
    }

    [Fact]
    public void The_status_of_the_monitor_says_what_the_operator_rejects()
    {
        var monitor = ReadMonitor(
            """{"endpoints":[]}""",
            """
            {"bindings":[{"resource":"prometheuses","name":"k8s","namespace":"monitoring",
              "conditions":[{"type":"Accepted","status":"False","reason":"InvalidConfiguration","message":"secret absent."}]}]}
            """);
        Assert.Equal(
            "the operator rejects ServiceMonitor/milvus/m: secret absent",
            ConfigurationCauseRule.Find(monitor, Server("{}"), [])?.Reason);
        Assert.Null(ConfigurationCauseRule.Find(monitor, Server("{}") with { Name = "other" }, []));
    }

    [Fact]
    public void Secrets_that_the_monitor_needs_are_listed_and_optional_ones_are_not()
    {
        var monitor = ReadMonitor("""
            {"endpoints":[{"basicAuth":{"username":{"name":"a","key":"u"},"password":{"name":"a","key":"p"} },
                           "tlsConfig":{"ca":{"secret":{"name":"b","key":"c"} },"keySecret":{"name":"c","key":"k","optional":true} } },
                          {"authorization":{"credentials":{"name":"d","key":"t"} } }]}
            """);
        Assert.Equal(["a", "b", "d"], ConfigurationCauseRule.ListSecrets(monitor));
    }

    [Theory]
    [InlineData("""level=warn ts=1 msg="skipping servicemonitor" error="it refers to nothing" servicemonitor=milvus/m prometheus=k8s""", true)]
    [InlineData("""{"level":"warn","msg":"skipping servicemonitor","error":"it refers to nothing","servicemonitor":"milvus/m"}""", true)]
    [InlineData("""level=warn msg="skipping servicemonitor" error="it refers to nothing" servicemonitor=milvus/m2""", false)]
    [InlineData("""level=info msg="sync prometheus" key=milvus/m""", false)]
    public void The_log_of_the_operator_says_what_it_skips(string line, bool isFound)
    {
        var cause = ConfigurationCauseRule.FindInLog(Monitor, $"level=info msg=started\n{line}\n");
        Assert.Equal(isFound ? "the operator rejects ServiceMonitor/milvus/m: it refers to nothing" : null, cause?.Reason);
    }

    private static PrometheusServer Server(string spec) => new("monitoring", "k8s", "prometheus-k8s")
    {
        Json = Parse($$"""{"metadata":{"name":"k8s","namespace":"monitoring"},"spec":{{spec}} }"""),
    };

    private static JsonElement Operator(string args) => Parse($$"""
        {"metadata":{"name":"operator","namespace":"monitoring"},"spec":{"template":{"spec":{"containers":[
          {"name":"proxy","image":"quay.io/brancz/kube-rbac-proxy:v0.19.1","args":["--namespaces=nothing"]},
          {"name":"o","image":"quay.io/prometheus-operator/prometheus-operator:v0.86.1","args":{{args}} }]} } } }
        """);

    private static LiveMonitor ReadMonitor(string spec, string status = "{}") => LiveMonitor.From(
        ResourceType.ServiceMonitor,
        Parse($$"""{"metadata":{"name":"m","namespace":"milvus","uid":"1","resourceVersion":"1"},"spec":{{spec}},"status":{{status}} }"""))!;

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
