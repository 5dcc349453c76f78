namespace MilvusMonitoring;

/// <summary>One component of a kube-prometheus stack, such as Grafana.</summary>
public sealed record StackComponent
{
    /// <summary>Its name, as in <c>app.kubernetes.io/name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How many objects it has.</summary>
    public int Resources { get; init; }

    /// <summary>
    /// How many of its objects have something to be ready for: workloads, Prometheus and Alertmanager resources, API services.
    /// </summary>
    public int Workloads { get; init; }

    /// <summary>How many of those are ready.</summary>
    public int ReadyWorkloads { get; init; }

    /// <summary>How many objects differ from what was applied.</summary>
    public int Drifted { get; init; }

    /// <summary>Whether all that can be ready is ready; null where nothing can.</summary>
    public bool? Ready => Workloads == 0 ? null : ReadyWorkloads == Workloads;

    /// <summary>The name.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}
