using System.Text;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>Reads what helm writes of a chart into the manifest that the chart renders.</summary>
internal static class RenderedManifest
{
    private const int LongestPath = 1 << 10;

    /// <summary>
    /// Lists the charts by the comments of a manifest: <c># Source: platform/charts/search/charts/milvus/templates/…</c>. A manifest has up
    /// to several megabytes, so that it is searched as it lies in the record: as a JSON text.
    /// </summary>
    /// <param name="manifest">The JSON text.</param>
    /// <returns>The paths of the charts, each once.</returns>
    /// <exception cref="InvalidDataException">They have more than <see cref="Bounds.HelmValue"/> together.</exception>
    public static IReadOnlyList<string> ListCharts(ReadOnlySpan<byte> manifest)
    {
        var charts = new HashSet<string>(StringComparer.Ordinal);
        var size = 0;
        while (manifest.IndexOf("# Source: "u8) is var start and >= 0)
        {
            var startsLine = manifest[..start].EndsWith("\\n"u8) || start == 1;
            manifest = manifest[(start + "# Source: "u8.Length)..];
            var line = manifest[..Math.Min(manifest.Length, LongestPath)];
            line = line.IndexOfAny((byte)'\\', (byte)'"') is var end and >= 0 ? line[..end] : line;
            if (startsLine && line.IndexOf("/templates/"u8) is var length and > 0 && charts.Add(Encoding.UTF8.GetString(line[..length])))
            {
                size += length;
            }

            if (size > Bounds.HelmValue.Limit)
            {
                throw new InvalidDataException($"the names of its charts have more than {Bounds.HelmValue}");
            }
        }

        return [.. charts];
    }
}
