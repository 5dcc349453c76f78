using System.Text.Json;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>The fields of a revision of a Helm release that this module reads.</summary>
internal sealed record HelmRecord
{
    public required string Name { get; init; }

    /// <summary>The revision, counted from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>Such as <c>deployed</c>, <c>failed</c>, <c>pending-upgrade</c>, <c>superseded</c>, <c>uninstalled</c>.</summary>
    public required string Status { get; init; }

    public required string ChartName { get; init; }

    public required string ChartVersion { get; init; }

    /// <summary>The version of what the chart installs; null if the chart names none.</summary>
    public string? AppVersion { get; init; }

    /// <summary>The values in effect on which the monitor depends: the chart's defaults with the user's over them.</summary>
    public required JsonElement Values { get; init; }

    /// <summary>The record as it is kept, for <see cref="HelmRecordReader.GetContent"/>.</summary>
    public required ReadOnlyMemory<byte> Source { get; init; }
}

/// <summary>What only a run of helm needs of a record.</summary>
/// <param name="Config">The user's values.</param>
/// <param name="Manifest">What the chart has rendered.</param>
internal sealed record HelmContent(JsonElement Config, string Manifest);
