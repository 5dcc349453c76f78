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
    /// <summary>The most bytes of an unpacked record. Real records have a few megabytes; the API server takes 1 MiB packed.</summary>
    public const int SizeLimit = 64 << 20;

    private static readonly JsonElement NoValues = JsonDocument.Parse("{}").RootElement.Clone();

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

        damage = "its data is no base64";
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

    private static HelmRecord? ReadText(byte[] text, out string? damage)
    {
        try
        {
            var packed = text.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? text : FromBase64(text);
            damage = packed is null ? "it is neither base64 nor JSON" : null;
            if (packed is null)
            {
                return null;
            }

            var json = packed is [0x1f, 0x8b, 0x08, ..] ? Unpack(packed) : packed;
            return JsonTexts.AreReadable(json) ? ReadJson(json, out damage) : throw new JsonException();
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            damage = exception is JsonException ? "it is no valid JSON" : exception.Message;
            return null;
        }
    }

    private static HelmRecord? ReadJson(ReadOnlyMemory<byte> json, out string? damage)
    {
        var chart = JsonSlice.Parse(json, "chart", "metadata");
        var revision = JsonSlice.Parse(json, "version");
        if (JsonSlice.Text(json, "name") is not { Length: > 0 } name
            || JsonSlice.Text(json, "info", "status") is not { } status
            || chart.Text("name") is not { } chartName
            || chart.Text("version") is not { } chartVersion
            || revision.ValueKind != JsonValueKind.Number || !revision.TryGetInt32(out var number))
        {
            damage = "name, revision, status or chart are missing in it";
            return null;
        }

        damage = null;
        var config = chartName == MilvusChart.Name ? JsonSlice.Parse(json, "config") : NoValues;
        return new HelmRecord
        {
            Name = name,
            Revision = number,
            Status = status,
            ChartName = chartName,
            ChartVersion = chartVersion,
            AppVersion = chart.Text("appVersion") is { Length: > 0 } version ? version : null,
            Config = config,
            Manifest = chartName == MilvusChart.Name ? JsonSlice.Text(json, "manifest") ?? string.Empty : string.Empty,
            Values = chartName == MilvusChart.Name ? HelmValues.Coalesce(JsonSlice.Parse(json, "chart", "values"), config) : NoValues,
        };
    }

    private static byte[]? FromBase64(byte[] text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done ? bytes[..written] : null;
    }

    /// <summary>Unpacks a record up to <see cref="SizeLimit"/>: a few kilobytes can unpack to gigabytes.</summary>
    private static byte[] Unpack(byte[] packed)
    {
        using var unpacking = new LimitedStream(
            new GZipStream(new MemoryStream(packed), CompressionMode.Decompress),
            SizeLimit,
            () => new InvalidDataException($"it unpacks to more than {SizeLimit >> 20} MiB"));
        using var unpacked = new MemoryStream();
        unpacking.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
