namespace MilvusMonitoring;

/// <summary>One component of a kube-prometheus stack, such as Grafana.</summary>
public sealed record StackComponent
{
    /// <summary>The name, as in the label <c>app.kubernetes.io/name</c>.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The number of objects.</summary>
    public int Resources { get; init; }

    /// <summary>
    /// The number of objects with a ready state: workloads, Prometheus and Alertmanager resources, API services.
    /// </summary>
    public int Workloads { get; init; }

    /// <summary>The number of objects that are ready.</summary>
    public int ReadyWorkloads { get; init; }

    /// <summary>The number of objects with drift.</summary>
    public int Drifted { get; init; }

    /// <summary>Whether all objects with a ready state are ready; null if there are none.</summary>
    public bool? Ready => Workloads == 0 ? null : ReadyWorkloads == Workloads;

    /// <summary>The component in text.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}
