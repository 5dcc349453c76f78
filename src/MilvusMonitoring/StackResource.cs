namespace MilvusMonitoring;

/// <summary>One object of a kube-prometheus stack and what became of it.</summary>
public sealed record StackResource
{
    /// <summary>The API version, with its group: <c>apps/v1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The namespace; null where the kind has none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The component that it belongs to, such as <c>grafana</c>.</summary>
    public required string Component { get; init; }

    /// <summary>What became of it, or under <c>-WhatIf</c> what would; null where it was only looked at.</summary>
    public ResourceAction? Action { get; init; }

    /// <summary>
    /// How it differs from what was applied: missing, replaced, or changed and by which field manager; null where it does not, or cannot be
    /// known.
    /// </summary>
    public string? Drift { get; init; }

    /// <summary>Whether it is ready; null where its kind has no such state, or nobody looked.</summary>
    public bool? Ready { get; init; }

    /// <summary>Why it was left alone, what it waits for, or what else there is to say of it.</summary>
    public string? Message { get; init; }

    /// <summary>Why it failed, in one line.</summary>
    public string? Error { get; init; }

    /// <summary>The id of the error: one of <see cref="MilvusMonitoring.ErrorId"/>.</summary>
    public string? ErrorId { get; init; }

    /// <summary>How long it took, waiting for its turn left out.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The object in text: <c>Kind/namespace/name</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Namespace is null ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}
