using MilvusMonitoring.Dashboards.Files;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>A query of a dashboard without Grafana's variables.</summary>
public sealed class QueryVariablesTests
{
    [Theory]
    [InlineData("up{namespace=\"$namespace\"}", "up{namespace=\"milvus\"}")]
    [InlineData("up{namespace=~\"${namespace:regex}\", pod=~\"$pod\"}", "up{namespace=~\"milvus\", pod=~\".*\"}")]
    [InlineData("a / $__range_s + b / $__interval_ms", "a / 300 + b / 300000")]
    [InlineData("up{pod=\"[[pod]]\"}", "up{pod=~\".*\"}")]
    [InlineData("up{pod!~\"$pod\", job!=\"a\"}", "up{pod!=\"\", job!=\"a\"}")]
    [InlineData("up{pod=~\"$release-milvus-.+\"}", "up{pod=~\".*-milvus-.+\"}")]
    [InlineData("rate(a[$__rate_interval]) + rate(b[$__interval:1m])", "rate(a[5m]) + rate(b[5m:1m])")]
    [InlineData("rate(a[${window}])", "rate(a[5m])")]
    [InlineData("topk($n, a)", "topk(1, a)")]
    public void Variables_get_values(string query, string rendered) =>
        Assert.Equal(rendered, new QueryVariables(new Dictionary<string, string> { ["namespace"] = "milvus" }).Render(query));
}
