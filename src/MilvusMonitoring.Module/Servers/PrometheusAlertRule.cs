namespace MilvusMonitoring.Servers;

/// <summary>An alert rule as Prometheus has loaded it.</summary>
/// <param name="Name">The name of its alert.</param>
/// <param name="Group">The name of its group.</param>
/// <param name="File">The file that has the group.</param>
/// <param name="Query">The expression, in Prometheus's own writing.</param>
/// <param name="State">Whether it is inactive, pending or firing.</param>
internal sealed record PrometheusAlertRule(string Name, string Group, string File, string Query, AlertRuleState State)
{
    /// <summary>How long the expression has to hold before the alert fires.</summary>
    public TimeSpan For { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The page that its annotation <c>runbook_url</c> names; null for none.</summary>
    public string? RunbookUri { get; init; }

    /// <summary>Whether the last evaluation succeeded; null before the first.</summary>
    public bool? IsHealthy { get; init; }

    /// <summary>Why the last evaluation failed; null if it did not.</summary>
    public string? LastError { get; init; }

    /// <summary>When it was last evaluated; null before the first evaluation.</summary>
    public DateTimeOffset? LastEvaluation { get; init; }

    /// <summary>The largest value of its alerts; null if it has none.</summary>
    public double? Value { get; init; }
}
