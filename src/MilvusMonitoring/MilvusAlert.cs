namespace MilvusMonitoring;

/// <summary>An alert of Milvus: what Prometheus evaluates, and what Alertmanager does with it.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/> and <see cref="Context"/> bind to the parameters of the next command of a pipeline, so that it uses the same
/// cluster.
/// </remarks>
public sealed record MilvusAlert
{
    /// <summary>The name of the alert.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The state in Prometheus.</summary>
    public required MilvusAlertState State { get; init; }

    /// <summary>The severity; null if the alert has none.</summary>
    public string? Severity { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of the Milvus; null if the alert names none.</summary>
    public string? Instance { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace that the alert names; null if it names none.</summary>
    public string? Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>When the condition began to hold; null if it is not known.</summary>
    public DateTimeOffset? ActiveSince { get; init; }

    /// <summary>The time since then, as of now.</summary>
    public TimeSpan? Age => DateTimeOffset.UtcNow - ActiveSince;

    /// <summary>The value of the expression, as Prometheus writes it; null if only Alertmanager has the alert.</summary>
    public string? Value { get; init => field = SafeText.Clean(value); }

    /// <summary>The summary of the rule.</summary>
    public string? Summary { get; init => field = SafeText.Clean(value); }

    /// <summary>The description of the rule.</summary>
    public string? Description { get; init => field = SafeText.Clean(value); }

    /// <summary>The page that says what to do, as the rule names it; null if it names none.</summary>
    public string? RunbookUri { get; init => field = SafeText.Clean(value); }

    /// <summary>What keeps the alert from its receivers: <c>silenced by …</c>, <c>inhibited by …</c>; null if nothing does.</summary>
    public string? Suppression { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// The names of the receivers in the configuration of the Alertmanager; empty if the Alertmanager does not have the alert.
    /// </summary>
    public IReadOnlyList<string> Receivers { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>All labels of the alert.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init => field = SafeText.CleanAll(value); } = new Dictionary<string, string>();

    /// <summary>The replicas of Prometheus that have the alert; empty if only Alertmanager has it.</summary>
    public IReadOnlyList<string> Replicas { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The alert in text.</summary>
    /// <returns><c>MilvusNotScraped of milvus/my-release: Firing</c>.</returns>
    public override string ToString() => Instance is null ? $"{Name}: {State}" : $"{Name} of {Namespace}/{Instance}: {State}";
}
