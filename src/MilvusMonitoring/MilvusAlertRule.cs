namespace MilvusMonitoring;

/// <summary>An alert rule of a Milvus, with its state in Prometheus.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/>, <see cref="Context"/>, <see cref="Namespace"/> and <see cref="Instance"/> bind to the parameters of the next
/// command of a pipeline, so that it uses the same Milvus.
/// </remarks>
public sealed record MilvusAlertRule
{
    /// <summary>The name of the Milvus.</summary>
    public required string Instance { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of the Milvus.</summary>
    public required string Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of the alert.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The group of rules in Prometheus, such as <c>milvus-my-release.service</c>.</summary>
    public string? Group { get; init => field = SafeText.Clean(value); }

    /// <summary>The value of the label <c>severity</c>: <c>critical</c>, <c>warning</c> or <c>info</c> in rules of this module.</summary>
    public string? Severity { get; init => field = SafeText.Clean(value); }

    /// <summary>The expression; the alert fires for each of its results.</summary>
    public string? Expression { get; init => field = SafeText.Clean(value); }

    /// <summary>How long the expression has to hold before the alert fires.</summary>
    public TimeSpan For { get; init; }

    /// <summary>The worst state on any replica of Prometheus; null if Prometheus was not asked.</summary>
    public AlertRuleState? State { get; init; }

    /// <summary>Whether the last evaluation succeeded on every replica; null if there was none, or if Prometheus was not asked.</summary>
    public bool? IsHealthy { get; init; }

    /// <summary>The oldest of the last evaluations on the replicas; null if there was none, or if Prometheus was not asked.</summary>
    public DateTimeOffset? LastEvaluation { get; init; }

    /// <summary>The largest value of its pending and firing alerts; null if there are none.</summary>
    public double? Value { get; init; }

    /// <summary>The rule on each replica of Prometheus; empty if Prometheus was not asked.</summary>
    public IReadOnlyList<AlertRuleReplica> Replicas { get; init; } = [];

    /// <summary>
    /// Whether the alert can fire: every selector of the expression has series, or will have some as soon as what it counts happens; null
    /// if Prometheus was not asked, or if it is not known.
    /// </summary>
    public bool? CanFire { get; init; }

    /// <summary>Why the alert cannot fire, or what it still lacks; null if there is nothing to say.</summary>
    public string? Why { get; init => field = SafeText.Clean(value); }

    /// <summary>The address of the page that says what to do; null if the rule names none.</summary>
    public string? RunbookUri { get; init => field = SafeText.Clean(value); }

    /// <summary>The object that has the rule: <c>PrometheusRule/milvus/milvus-my-release</c>; null if it is not known.</summary>
    public string? Source { get; init => field = SafeText.Clean(value); }

    /// <summary>What the command did to the rule, or under <c>-WhatIf</c> would do; null if the command only read it.</summary>
    public ResourceAction? Action { get => IsPlan ? field?.AsPlanned() : field; init; }

    /// <summary>What the command did to the rule, or else the state of the alert; null if neither is known.</summary>
    public string? Status => Action?.ToString() ?? State?.ToString();

    /// <summary>Whether <see cref="Action"/> is a plan, as under <c>-WhatIf</c>: nothing was written to the cluster.</summary>
    public bool IsPlan { get; init; }

    /// <summary>Why the rule was left out or stays, or a hint; null if there is nothing to say.</summary>
    public string? Message { get; init => field = SafeText.Clean(value); }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The rule in text.</summary>
    /// <returns><c>milvus/my-release MilvusSearchSlow</c>.</returns>
    public override string ToString() => $"{Namespace}/{Instance} {Name}";
}
