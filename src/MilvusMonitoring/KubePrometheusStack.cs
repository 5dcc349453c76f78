namespace MilvusMonitoring;

/// <summary>A kube-prometheus stack in one cluster: what it is, where it is, and every object of it.</summary>
/// <remarks>
/// Carries <see cref="Kubeconfig"/>, <see cref="Context"/> and <see cref="Namespace"/>, so that the next command of a pipeline meets the
/// same cluster.
/// </remarks>
public sealed record KubePrometheusStack
{
    /// <summary>The release, such as <c>v0.18.0</c>; null where the manifests are no release that the module knows.</summary>
    public string? Version { get; init; }

    /// <summary>The namespace that Prometheus runs in, <c>monitoring</c> as a rule.</summary>
    public required string Namespace { get; init; }

    /// <summary>Where the manifests came from: a path or a release; null for a stack that was found in the cluster.</summary>
    public string? Source { get; init; }

    /// <summary>
    /// The field managers that applied it: <c>milvus-monitoring</c> for this module, <c>kubectl</c>, <c>helm</c> or others.
    /// </summary>
    public IReadOnlyList<string> Managers { get; init; } = [];

    /// <summary>Whether the object stands for a plan only, as under <c>-WhatIf</c>.</summary>
    public bool IsPlan { get; init; }

    /// <summary>The context of the kubeconfig.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig that was given; null for the default.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>The cluster's Kubernetes, such as <c>v1.36.2</c>.</summary>
    public required string KubernetesVersion { get; init; }

    /// <summary>When it was last applied by this module; null for a stack of others.</summary>
    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>How long the command took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Every object, in the order of the manifests.</summary>
    public required IReadOnlyList<StackResource> Resources { get; init; }

    /// <summary>The components, by name.</summary>
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

    /// <summary>Whether everything that can be ready is ready; null where nobody looked.</summary>
    public bool? Ready => Resources.All(resource => resource.Ready is null) ? null : Resources.All(resource => resource.Ready is not false);

    /// <summary>How many objects were made.</summary>
    public int Created => Count(ResourceAction.Created);

    /// <summary>How many objects were changed.</summary>
    public int Configured => Count(ResourceAction.Configured);

    /// <summary>How many objects were as wanted.</summary>
    public int Unchanged => Count(ResourceAction.Unchanged);

    /// <summary>How many objects were deleted, or were already gone.</summary>
    public int Deleted => Count(ResourceAction.Deleted);

    /// <summary>How many objects were left alone on purpose.</summary>
    public int Skipped => Count(ResourceAction.Skipped);

    /// <summary>How many objects could not be brought to the wanted state.</summary>
    public int Failed => Count(ResourceAction.Failed);

    /// <summary>How many objects differ from what was applied.</summary>
    public int Drifted => Resources.Count(resource => resource.Drift is not null);

    /// <summary>
    /// How many objects, and what became of them: <c>131: 120 Created, 11 Unchanged</c>; of a plan, what would: <c>131: 120 to create, 11
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

    /// <summary>The stack in a few words.</summary>
    /// <returns><c>kube-prometheus v0.18.0 in monitoring</c>.</returns>
    public override string ToString() => $"kube-prometheus {Version ?? "of an unknown release"} in {Namespace}";

    private int Count(ResourceAction action) => Resources.Count(resource => resource.Action == action);
}
