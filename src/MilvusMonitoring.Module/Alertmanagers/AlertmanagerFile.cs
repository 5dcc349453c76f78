using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>The file of an Alertmanager in its Secret, with the receivers of this module taken out of it.</summary>
/// <param name="Metadata">The metadata of the Secret; null if there is no such Secret.</param>
/// <param name="Text">The file as it is.</param>
/// <param name="Rest">The file without the receivers of this module.</param>
/// <param name="Receivers">The receivers of this module.</param>
internal sealed record AlertmanagerFile(ObjectMetadata? Metadata, string Text, string Rest, IReadOnlyList<OwnReceiver> Receivers)
{
    /// <summary>The key of the file in its Secret.</summary>
    public const string Key = "alertmanager.yaml";

    /// <summary>
    /// The annotation that lists the receivers of this module by their names, so that an installation sees from metadata to keep them. The
    /// annotation is not trusted: only what the file holds is kept.
    /// </summary>
    public const string AnnotationName = "milvus-monitoring/alert-receivers";

    /// <summary>What the operator uses where there is no Secret.</summary>
    public const string Default = "route:\n  receiver: \"null\"\nreceivers:\n- name: \"null\"\n";

    private const string AnnotationPath = "/metadata/annotations/milvus-monitoring~1alert-receivers";

    /// <summary>Reads the file of a Secret.</summary>
    /// <param name="secret">The Secret, UTF-8 JSON; null if there is none.</param>
    /// <exception cref="FormatException">The file is no UTF-8, or the marks in it are damaged.</exception>
    public static AlertmanagerFile Read(ReadOnlyMemory<byte>? secret)
    {
        if (secret is not { } json)
        {
            return new AlertmanagerFile(null, Default, Default, []);
        }

        var metadata = ObjectMetadataReader.Read(json);
        var data = JsonSlice.Parse(json, "data");
        if (data.Text(Key) is not { } encoded)
        {
            return new AlertmanagerFile(metadata, Default, Default, []) { IsEmpty = data.ValueKind != JsonValueKind.Object };
        }

        var text = Decode(encoded);
        var (rest, receivers) = ReceiverSections.Read(text);
        return new AlertmanagerFile(metadata, text, rest, receivers);
    }

    /// <summary>Whether the Secret has no <c>data</c>, as one has in which nothing was stored yet.</summary>
    public bool IsEmpty { get; private init; }

    /// <summary>Whether the file already has exactly these receivers.</summary>
    public bool Has(IReadOnlyList<OwnReceiver> receivers) => Receivers.SequenceEqual(receivers);

    /// <summary>Writes the file with other receivers.</summary>
    /// <exception cref="FormatException">The file cannot hold them.</exception>
    public string With(IReadOnlyList<OwnReceiver> receivers) => ReceiverSections.Write(Rest, receivers);

    /// <summary>Creates the JSON patch of a Secret that exists. It applies to the resource version that was read only.</summary>
    /// <exception cref="FormatException">The file cannot hold the receivers.</exception>
    public ReadOnlyMemory<byte> CreatePatch(IReadOnlyList<OwnReceiver> receivers)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(With(receivers)));
        var operations = new List<JsonObject>
        {
            Operation("test", "/metadata/resourceVersion", Metadata!.ResourceVersion),
            IsEmpty ? Operation("add", "/data", new JsonObject { [Key] = encoded }) : Operation("add", $"/data/{Key}", encoded),
        };
        if (receivers.Count == 0)
        {
            if (Metadata.Annotations.ContainsKey(AnnotationName))
            {
                operations.Add(new JsonObject { ["op"] = "remove", ["path"] = AnnotationPath });
            }
        }
        else
        {
            var names = DescribeNames(receivers);
            operations.Add(Metadata.Annotations.Count > 0
                ? Operation("add", AnnotationPath, names)
                : Operation("add", "/metadata/annotations", new JsonObject { [AnnotationName] = names }));
        }

        return JsonSerializer.SerializeToUtf8Bytes(new JsonArray([.. operations]));
    }

    /// <summary>Adds receivers to a Secret of manifests, so that an installation keeps them.</summary>
    /// <param name="manifest">The Secret, UTF-8 JSON, with the file in <c>stringData</c> or <c>data</c>.</param>
    /// <exception cref="FormatException">The file of the manifest cannot hold them.</exception>
    public static ReadOnlyMemory<byte> AddTo(ReadOnlyMemory<byte> manifest, IReadOnlyList<OwnReceiver> receivers)
    {
        if (receivers.Count == 0 || JsonNode.Parse(manifest.Span) is not JsonObject secret || FindText(manifest) is not { } text)
        {
            return manifest;
        }

        var merged = ReceiverSections.Write(ReceiverSections.Read(text).Others, receivers);
        // To the API server an applied stringData is a field of its own (tried on 1.20): it would overwrite without a conflict what
        // somebody else has written to data since.
        (secret["stringData"] as JsonObject)?.Remove(Key);
        var data = secret["data"]?.DeepClone() as JsonObject ?? [];
        data[Key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(merged));
        secret["data"] = data;

        if (secret["metadata"] is JsonObject metadata)
        {
            var annotations = metadata["annotations"]?.DeepClone() as JsonObject ?? [];
            annotations[AnnotationName] = DescribeNames(receivers);
            metadata["annotations"] = annotations;
        }

        return JsonSerializer.SerializeToUtf8Bytes(secret);
    }

    /// <summary>Finds the file in a Secret of manifests; null if it has none.</summary>
    public static string? FindText(ReadOnlyMemory<byte> manifest) =>
        JsonSlice.Parse(manifest, "stringData").Text(Key)
        ?? (JsonSlice.Parse(manifest, "data").Text(Key) is { } encoded ? Decode(encoded) : null);

    private static string DescribeNames(IReadOnlyList<OwnReceiver> receivers) => string.Join(',', receivers.Select(own => own.Name));

    private static JsonObject Operation(string operation, string path, JsonNode value) =>
        new() { ["op"] = operation, ["path"] = path, ["value"] = value };

    private static string Decode(string encoded)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(encoded));
        }
        catch (ArgumentException exception)
        {
            throw new FormatException("is no UTF-8 text", exception);
        }
    }
}
