using System.Text.Json.Nodes;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>The rules of a Milvus as Prometheus loads them.</summary>
internal static class Samples
{
    public static MilvusSeries Scope { get; } = new("milvus", "my-release", "my-release", "milvus", "my-release-milvus");

    public static AlertRuleOptions Options { get; } = new() { RunbookUri = new Uri("https://runbooks.example/alerts/") };

    /// <summary>The rules that a version has.</summary>
    public static IReadOnlyList<ChosenRule> Choose(string version) =>
        [.. Options.Choose().Where(rule => rule.FindOmission([MilvusVersion.Parse(version)!]) is null)];

    /// <summary>A rule file, which YAML lets be JSON.</summary>
    public static JsonObject Render(IEnumerable<ChosenRule> rules) =>
        AlertRuleObject.Render(Scope, AlertRuleObject.IdOf(Scope.Namespace, Scope.Name, "milvus"), new Dictionary<string, string>(), rules, Options)["spec"]!
            .DeepClone()
            .AsObject();
}
