using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>
/// Reads the release records that Helm 3 and 4 keep in the cluster: JSON, compressed with gzip or plain, as base64 text.
/// In a Secret that text is encoded in base64 again, as the API server encodes all secret data.
/// </summary>
/// <remarks>Source: Helm, pkg/storage/driver (secrets.go, cfgmaps.go, util.go).</remarks>
internal static class HelmRecordReader
{
    private const int ReadSize = 16 << 10;

    private static readonly JsonElement NoValues = JsonDocument.Parse("{}").RootElement.Clone();

    // A few kilobytes can unpack to the bound: of several records one is unpacked at a time.
    private static readonly object Gate = new();

    /// <summary>Reads the record in a Secret's <c>data.release</c>.</summary>
    /// <param name="data">The text in the response of the API server.</param>
    /// <param name="damage">Why the record cannot be read, to follow "is damaged:"; null if it can.</param>
    /// <returns>The record; null if it is damaged.</returns>
    public static HelmRecord? ReadSecret(string? data, out string? damage)
    {
        if (data is null)
        {
            return Read(null, out damage);
        }

        if (FromBase64(Encoding.UTF8.GetBytes(data)) is { } text)
        {
            return ReadText(text, out damage);
        }

        damage = "its data is not base64";
        return null;
    }

    /// <summary>Reads the record in a ConfigMap's <c>data.release</c>.</summary>
    /// <param name="data">The text.</param>
    /// <param name="damage">Why the record cannot be read, to follow "is damaged:"; null if it can.</param>
    /// <returns>The record; null if it is damaged.</returns>
    public static HelmRecord? Read(string? data, out string? damage)
    {
        if (data is not null)
        {
            return ReadText(Encoding.UTF8.GetBytes(data), out damage);
        }

        damage = "it has no data named 'release'";
        return null;
    }

    /// <summary>Reads what only a run of helm needs of a record that was read before.</summary>
    /// <param name="source">The <see cref="HelmRecord.Source"/> of the record.</param>
    public static HelmContent GetContent(ReadOnlyMemory<byte> source)
    {
        lock (Gate)
        {
            using var unpacked = new PooledBuffer();
            var json = Unpack(source.ToArray(), unpacked)!.Value;
            return new HelmContent(JsonSlice.Parse(json, "config"), JsonSlice.Text(json, "manifest") ?? string.Empty);
        }
    }

    /// <summary>Refuses a value that is too long to keep.</summary>
    /// <exception cref="InvalidDataException">It has more than <see cref="Bounds.HelmValue"/>.</exception>
    public static void EnsureShort(int length, string name)
    {
        if (length > Bounds.HelmValue.Limit)
        {
            throw new InvalidDataException($"its value '{name}' has more than {Bounds.HelmValue}");
        }
    }

    private static HelmRecord? ReadText(byte[] text, out string? damage)
    {
        try
        {
            lock (Gate)
            {
                using var unpacked = new PooledBuffer();
                if (Unpack(text, unpacked) is not { } json)
                {
                    damage = "it is neither base64 nor JSON";
                    return null;
                }

                return JsonTexts.AreReadable(json.Span) ? ReadJson(json, text, out damage) : throw new JsonException();
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or MonitoringException)
        {
            damage = exception switch
            {
                JsonException => "it is not valid JSON",
                MonitoringException exceeded => exceeded.Reason,
                _ => exception.Message,
            };
            return null;
        }
    }

    private static HelmRecord? ReadJson(ReadOnlyMemory<byte> json, byte[] source, out string? damage)
    {
        var chart = JsonSlice.Find(json, "chart", "metadata");
        var revision = JsonSlice.Parse(json, "version");
        if (Text(json, "name") is not { Length: > 0 } name
            || Text(json, "info", "status") is not { } status
            || Text(chart, "name") is not { } chartName
            || Text(chart, "version") is not { } chartVersion
            || revision.ValueKind != JsonValueKind.Number || !revision.TryGetInt32(out var number))
        {
            damage = "name, revision, status or chart are missing in it";
            return null;
        }

        if (chartName.StartsWith('-'))
        {
            damage = "helm would take the name of its chart for an option";
            return null;
        }

        damage = null;
        var mayHoldMilvus = chartName == MilvusChart.Name || json.Span.IndexOf("milvus"u8) >= 0;
        return new HelmRecord
        {
            Name = name,
            Namespace = Text(json, "namespace") is { Length: > 0 } place ? place : null,
            Revision = number,
            Status = status,
            UpdatedAt = ParseShort(JsonSlice.Find(json, "info", "last_deployed"), "last_deployed").Time(),
            ChartName = chartName,
            ChartVersion = chartVersion,
            AppVersion = Text(chart, "appVersion") is { Length: > 0 } version ? version : null,
            ChartMetadata = mayHoldMilvus ? ParseShort(chart, "metadata") : default,
            ChartLock = mayHoldMilvus ? ParseShort(JsonSlice.Find(json, "chart", "lock"), "lock") : default,
            RenderedCharts = mayHoldMilvus ? RenderedManifest.ListCharts(JsonSlice.Find(json, "manifest").Span) : [],
            Values = mayHoldMilvus
                ? HelmValues.Coalesce(
                    SelectedValues.Read(JsonSlice.Find(json, "chart", "values")),
                    SelectedValues.Read(JsonSlice.Find(json, "config")))
                : NoValues,
            Source = mayHoldMilvus ? source : default,
        };
    }

    private static string? Text(ReadOnlyMemory<byte> json, params ReadOnlySpan<string> path)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        EnsureShort(JsonSlice.Find(json, path).Length, path[^1]);
        return JsonSlice.Text(json, path);
    }

    private static JsonElement ParseShort(ReadOnlyMemory<byte> json, string name)
    {
        EnsureShort(json.Length, name);
        return json.IsEmpty ? default : JsonSlice.Parse(json);
    }

    private static byte[]? FromBase64(byte[] text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done ? bytes[..written] : null;
    }

    // The text lies in the buffer where it was packed.
    private static ReadOnlyMemory<byte>? Unpack(byte[] text, PooledBuffer unpacked)
    {
        var packed = text.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? text : FromBase64(text);
        if (packed is null)
        {
            return null;
        }

        if (packed is not [0x1f, 0x8b, 0x08, ..])
        {
            return packed;
        }

        using var unpacking = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        while (unpacking.Read(unpacked.GetSpan(ReadSize)) is var count and > 0)
        {
            unpacked.Advance(count);
            if (unpacked.Written.Length > Bounds.HelmRecord.Limit - ReadSize)
            {
                throw new InvalidDataException($"it unpacks to more than {Bounds.HelmRecord}");
            }
        }

        return unpacked.WrittenMemory;
    }
}
