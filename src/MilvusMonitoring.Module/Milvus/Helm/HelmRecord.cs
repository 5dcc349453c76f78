using System.Text.Json;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>One revision of a Helm release, as far as this module looks at it.</summary>
internal sealed record HelmRecord
{
    /// <summary>The release's name.</summary>
    public required string Name { get; init; }

    /// <summary>The revision, counted from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>Such as <c>deployed</c>, <c>failed</c>, <c>pending-upgrade</c>, <c>superseded</c>, <c>uninstalled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The chart's name.</summary>
    public required string ChartName { get; init; }

    /// <summary>The chart's version.</summary>
    public required string ChartVersion { get; init; }

    /// <summary>The version of what the chart installs; null where the chart does not say.</summary>
    public string? AppVersion { get; init; }

    /// <summary>The user's values, as they were given.</summary>
    public required JsonElement Config { get; init; }

    /// <summary>What the chart has rendered; empty for other charts.</summary>
    public required string Manifest { get; init; }

    /// <summary>The values in effect: the chart's defaults with the user's over them.</summary>
    public required JsonElement Values { get; init; }
}
