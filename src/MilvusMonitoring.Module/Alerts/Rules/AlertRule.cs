using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;
namespace MilvusMonitoring.Alerts.Rules;

/// <summary>The words of alerts.</summary>
internal static class AlertWords
{
    public const string Critical = "critical";
    public const string Warning = "warning";
    public const string Info = "info";

    public const string Severity = "severity";
    public const string Instance = MilvusSeries.InstanceLabel;
    public const string Namespace = MilvusSeries.NamespaceLabel;
    public const string Summary = "summary";
    public const string Description = "description";
    public const string Runbook = "runbook_url";
}

/// <summary>A rule of <see cref="AlertRules"/>.</summary>
/// <param name="Name">The name of its alert.</param>
/// <param name="Group">The group: availability, service, data, resources or cost.</param>
/// <param name="Severity">How urgent the alert is.</param>
/// <param name="For">How long the expression has to hold before the alert fires.</param>
/// <param name="Threshold">The value beyond which it fires; null if it has none.</param>
/// <param name="Express">Writes the expression for a Milvus and a threshold.</param>
/// <param name="Summary">The summary of the alert, a template of Prometheus, to follow the name of the Milvus.</param>
/// <param name="Description">What the alert means.</param>
internal sealed record AlertRule(
    string Name,
    string Group,
    string Severity,
    TimeSpan For,
    AlertThreshold? Threshold,
    Func<MilvusSeries, string, string> Express,
    string Summary,
    string Description)
{
    /// <summary>The names of the metrics of Milvus that the expression needs; empty if it needs none.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>The first metric that no version has of those that run; null if all have one, or if it is not known.</summary>
    public string? FindMissingMetric(IReadOnlyList<MilvusVersion> versions) => versions.Count == 0
        ? null
        : Metrics.FirstOrDefault(name => versions.All(version => MilvusMetrics.Find(name)?.IsIn(version) == false));

    /// <summary>Writes the expression.</summary>
    /// <param name="scope">The Milvus.</param>
    /// <param name="threshold">The threshold in the unit of the metric; null for the default.</param>
    public string WriteExpression(MilvusSeries scope, double? threshold) =>
        Express(scope, PromText.Format(threshold ?? Threshold?.Default ?? 0));
}
