namespace MilvusMonitoring;

/// <summary>A kube-prometheus stack in one cluster, with all its objects.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/>, <see cref="Context"/> and <see cref="Namespace"/> bind to the parameters of the next command of a pipeline, so
/// that it uses the same cluster.
/// </remarks>
public sealed record KubePrometheusStack
{
    /// <summary>The release, such as <c>v0.18.0</c>; null if the manifests are not a release that the module knows.</summary>
    public string? Version { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of Prometheus, usually <c>monitoring</c>.</summary>
    public required string Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The source of the manifests, a path or a release; null for a stack that was read from the cluster.</summary>
    public string? Source { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// The field managers that applied the stack: <c>milvus-monitoring</c> for this module, <c>kubectl</c>, <c>helm</c> or others.
    /// </summary>
    public IReadOnlyList<string> Managers { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>Whether the object is a plan, as under <c>-WhatIf</c>: nothing was written to the cluster.</summary>
    public bool IsPlan { get; init; }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The address of the API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>The Kubernetes version of the cluster, such as <c>v1.36.2</c>.</summary>
    public required string KubernetesVersion { get; init => field = SafeText.Clean(value); }

    /// <summary>When this module last applied the stack; null for a stack that another tool applied.</summary>
    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>The duration of the command.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>All objects, in the order of the manifests.</summary>
    public required IReadOnlyList<StackResource> Resources { get; init; }

    /// <summary>The components, in order of their names.</summary>
    public IReadOnlyList<StackComponent> Components =>
        [.. Resources.GroupBy(resource => resource.Component, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new StackComponent
            {
                Name = group.Key,
                Resources = group.Count(),
                Workloads = group.Count(resource => resource.Ready is not null),
                ReadyWorkloads = group.Count(resource => resource.Ready is true),
                Drifted = group.Count(resource => resource.Drift is not null),
            })];

    /// <summary>Whether all objects with a ready state are ready; null if readiness was not read.</summary>
    public bool? Ready => Resources.All(resource => resource.Ready is null) ? null : Resources.All(resource => resource.Ready is not false);

    /// <summary><c>plan</c>, <c>ready</c> or <c>not ready</c>; null if readiness was not read.</summary>
    public string? Status => (IsPlan, Ready) switch
    {
        (true, _) => "plan",
        (_, true) => "ready",
        (_, false) => "not ready",
        _ => null,
    };

    /// <summary>The number of objects that were created, or in a plan would be.</summary>
    public int Created => Count(ResourceAction.Created);

    /// <summary>The number of objects that were changed, or in a plan would be.</summary>
    public int Configured => Count(ResourceAction.Configured);

    /// <summary>The number of objects that did not differ from the manifests.</summary>
    public int Unchanged => Count(ResourceAction.Unchanged);

    /// <summary>The number of objects that were deleted or were gone already, or in a plan would be deleted.</summary>
    public int Deleted => Count(ResourceAction.Deleted);

    /// <summary>The number of objects that were skipped on purpose.</summary>
    public int Skipped => Count(ResourceAction.Skipped);

    /// <summary>The number of objects that failed.</summary>
    public int Failed => Count(ResourceAction.Failed);

    /// <summary>The number of objects with drift.</summary>
    public int Drifted => Resources.Count(resource => resource.Drift is not null);

    /// <summary>
    /// The number of objects, and their actions: <c>131: 120 Created, 11 Unchanged</c>, or for a plan <c>131: 120 to create, 11
    /// unchanged</c>.
    /// </summary>
    public string Summary
    {
        get
        {
            var summary = ActionCounts.Describe(Resources.Select(resource => resource.Action).OfType<ResourceAction>(), IsPlan);
            return summary.Length == 0 ? $"{Resources.Count}" : $"{Resources.Count}: {summary}";
        }
    }

    /// <summary>The stack in text.</summary>
    /// <returns><c>kube-prometheus v0.18.0 in monitoring</c>.</returns>
    public override string ToString() => $"kube-prometheus {Version ?? "of an unknown release"} in {Namespace}";

    private int Count(ResourceAction action) =>
        Resources.Count(resource => resource.Action == action || resource.Action == action.AsPlanned());
}
