namespace MilvusMonitoring;

/// <summary>An alert rule on one replica of Prometheus.</summary>
public sealed record AlertRuleReplica
{
    /// <summary>The replica: <c>pod prometheus-k8s-0</c>, or its address.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The state of the rule.</summary>
    public AlertRuleState State { get; init; }

    /// <summary>Whether the last evaluation succeeded; null before the first evaluation, and if the rule is not loaded.</summary>
    public bool? IsHealthy { get; init; }

    /// <summary>Why the last evaluation failed; null if it did not fail.</summary>
    public string? LastError { get; init => field = SafeText.Clean(value); }

    /// <summary>When the rule was last evaluated; null before the first evaluation, and if the rule is not loaded.</summary>
    public DateTimeOffset? LastEvaluation { get; init; }

    /// <summary>The largest value of its pending and firing alerts; null if there are none.</summary>
    public double? Value { get; init; }

    /// <summary>The replica in text.</summary>
    /// <returns><c>pod prometheus-k8s-0: Inactive</c>.</returns>
    public override string ToString() => $"{Name}: {State}";
}
