namespace MilvusMonitoring;

/// <summary>One object of a kube-prometheus stack, with its action and state.</summary>
public sealed record StackResource
{
    /// <summary>The group and version of the API: <c>apps/v1</c>.</summary>
    public required string ApiVersion { get; init => field = SafeText.Clean(value); }

    /// <summary>The kind.</summary>
    public required string Kind { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace; null for a cluster-scoped kind.</summary>
    public string? Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The name.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The component of the object, such as <c>grafana</c>.</summary>
    public required string Component { get; init => field = SafeText.Clean(value); }

    /// <summary>What the command did to the object, or under <c>-WhatIf</c> would do; null if the command only read it.</summary>
    public ResourceAction? Action { get; init; }

    /// <summary>
    /// The drift: missing, replaced, or changed and by which field manager; null if the object has no drift, or its drift is unknown.
    /// </summary>
    public string? Drift { get; init => field = SafeText.Clean(value); }

    /// <summary>Whether the object is ready; null if its kind has no ready state, or readiness was not read.</summary>
    public bool? Ready { get; init; }

    /// <summary>
    /// The drift in a word (<c>missing</c>, <c>replaced</c>, <c>not finished</c>, <c>changed</c>), or else <c>not ready</c>, the action or
    /// <c>ready</c>; null if nothing is known.
    /// </summary>
    public string? Status => this switch
    {
        { DriftStatus: { } drift } => drift,
        { Ready: false } => "not ready",
        { Action: { } action } => action.ToString(),
        { Ready: true } => "ready",
        _ => null,
    };

    /// <summary>The drift in a word; null if the object has no drift.</summary>
    internal string? DriftStatus { get; init; }

    /// <summary>Why the object was skipped, what it is waiting for, or another remark; null if there is none.</summary>
    public string? Message { get; init => field = SafeText.Clean(value); }

    /// <summary>The error in one line; null if the object did not fail.</summary>
    public string? Error { get; init => field = SafeText.Clean(value); }

    /// <summary>The id of the error, one of <see cref="MilvusMonitoring.ErrorId"/>; null if the object did not fail.</summary>
    public string? ErrorId { get; init => field = SafeText.Clean(value); }

    /// <summary>The duration of the requests for this object, without the time in the queue.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The object in text: <c>Kind/namespace/name</c>.</summary>
    /// <returns><c>Deployment/monitoring/grafana</c>.</returns>
    public override string ToString() => Namespace is null ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}
