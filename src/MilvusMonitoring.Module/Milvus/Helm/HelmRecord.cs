using System.Text.Json;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>The fields of a revision of a Helm release that this module reads.</summary>
internal sealed record HelmRecord
{
    public required string Name { get; init; }

    /// <summary>The namespace of the release; null if the record names none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The revision, counted from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>Such as <c>deployed</c>, <c>failed</c>, <c>pending-upgrade</c>, <c>superseded</c>, <c>uninstalled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>When this revision was written; null if the record names no time.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public required string ChartName { get; init; }

    public required string ChartVersion { get; init; }

    /// <summary>The version of what the chart installs; null if the chart names none.</summary>
    public string? AppVersion { get; init; }

    /// <summary>The metadata of the chart: publisher and dependencies. Undefined for a record without a word of Milvus.</summary>
    public JsonElement ChartMetadata { get; init; }

    /// <summary>The versions of the dependencies that the chart was packaged with; undefined if the record names none.</summary>
    public JsonElement ChartLock { get; init; }

    /// <summary>The charts that have rendered something, each with its path, such as <c>platform/charts/search/charts/milvus</c>.</summary>
    public IReadOnlyList<string> RenderedCharts { get; init; } = [];

    /// <summary>
    /// The values in effect on which monitors depend, of the chart and of its subcharts: the charts' defaults with the user's over them.
    /// </summary>
    public required JsonElement Values { get; init; }

    /// <summary>The record as it is kept, for <see cref="HelmRecordReader.GetContent"/>.</summary>
    public required ReadOnlyMemory<byte> Source { get; init; }
}

/// <summary>What only a run of helm needs of a record.</summary>
/// <param name="Config">The user's values.</param>
/// <param name="Manifest">What the chart has rendered.</param>
internal sealed record HelmContent(JsonElement Config, string Manifest);
