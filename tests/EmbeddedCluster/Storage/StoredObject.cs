using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbeddedCluster.Storage;

/// <summary>
/// One version of one object, immutable. Kept as text in two parts, so that the whole object, its metadata alone and every API version of
/// it
/// can be written without parsing, and a definition of a megabyte costs a megabyte.
/// </summary>
internal sealed class StoredObject
{
    private static readonly JsonWriterOptions s_writerOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private StoredObject(JsonObject metadata, long revision, byte[] rest)
    {
        Revision = revision;
        Rest = rest;
        Name = (string?)metadata["name"] ?? "";
        Namespace = (string?)metadata["namespace"] ?? "";
        Uid = (string?)metadata["uid"] ?? "";
        IsTerminating = metadata["deletionTimestamp"] is not null;
        Finalizers = metadata["finalizers"] is JsonArray finalizers ? [.. finalizers.Select(each => (string?)each ?? "")] : [];
        Labels = metadata["labels"] is JsonObject labels ? labels.ToDictionary(each => each.Key, each => (string?)each.Value ?? "") : [];
        Owners = metadata["ownerReferences"] is JsonArray owners
            ?
            [
                .. owners
                    .OfType<JsonObject>()
                    .Select(each => new Owner(
                        (string?)each["uid"] ?? "",
                        (string?)each["kind"] ?? "",
                        (string?)each["name"] ?? "",
                        (bool?)each["blockOwnerDeletion"] ?? false,
                        (bool?)each["controller"] ?? false)),
            ]
            : [];
        Metadata = Serialize(metadata);
    }

    public string Namespace { get; }
    public string Name { get; }
    public string Uid { get; }
    public long Revision { get; }
    public bool IsTerminating { get; }
    public IReadOnlyList<string> Finalizers { get; }
    public IReadOnlyDictionary<string, string> Labels { get; }
    public IReadOnlyList<Owner> Owners { get; }

    /// <summary>The metadata as JSON text.</summary>
    public byte[] Metadata { get; }

    /// <summary>Everything but metadata, kind and apiVersion: JSON text of an object without its braces.</summary>
    public byte[] Rest { get; }

    public int Size => Metadata.Length + Rest.Length;

    public static Draft Prepare(JsonObject value)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, s_writerOptions))
        {
            writer.WriteStartObject();
            foreach (var (key, child) in value)
            {
                if (key is not ("kind" or "apiVersion" or "metadata"))
                {
                    writer.WritePropertyName(key);
                    if (child is null)
                    {
                        writer.WriteNullValue();
                    }
                    else
                    {
                        child.WriteTo(writer);
                    }
                }
            }

            writer.WriteEndObject();
        }

        return new((JsonObject)value["metadata"]!, buffer.WrittenSpan[1..^1].ToArray());
    }

    /// <summary>A parsed copy that the caller may change.</summary>
    public JsonObject Read(string apiVersion, string kind)
    {
        var buffer = new ArrayBufferWriter<byte>(Size + 128);
        Write(buffer, apiVersion, kind);
        return (JsonObject)JsonNode.Parse(buffer.WrittenSpan)!;
    }

    public JsonObject ReadMetadata() => (JsonObject)JsonNode.Parse(Metadata)!;

    /// <summary>A parsed copy of what is not metadata.</summary>
    public JsonObject ReadRest() => (JsonObject)JsonNode.Parse([(byte)'{', .. Rest, (byte)'}'])!;

    public void Write(IBufferWriter<byte> output, string apiVersion, string kind)
    {
        output.Write(Encoding.UTF8.GetBytes($$"""{"kind":"{{kind}}","apiVersion":"{{apiVersion}}","metadata":"""));
        WriteBody(output);
    }

    /// <summary>As items of built-in lists stand: without kind and apiVersion.</summary>
    public void WriteBare(IBufferWriter<byte> output)
    {
        output.Write("{\"metadata\":"u8);
        WriteBody(output);
    }

    public void WriteMetadataOnly(IBufferWriter<byte> output)
    {
        output.Write("""{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":"""u8);
        output.Write(Metadata);
        output.Write("}"u8);
    }

    private void WriteBody(IBufferWriter<byte> output)
    {
        output.Write(Metadata);
        if (Rest.Length > 0)
        {
            output.Write(","u8);
            output.Write(Rest);
        }

        output.Write("}"u8);
    }

    private static byte[] Serialize(JsonObject value)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, s_writerOptions))
        {
            value.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    internal sealed record Owner(string Uid, string Kind, string Name, bool Blocks, bool Controls);

    /// <summary>An object ready to be stored; it gets its resource version in the store's lock.</summary>
    internal sealed class Draft(JsonObject metadata, byte[] rest)
    {
        public StoredObject Commit(long revision)
        {
            metadata["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return new(metadata, revision, rest);
        }

        /// <summary>Not stored: for a dry run.</summary>
        public StoredObject Uncommitted() => new(metadata, 0, rest);

        public bool SaysTheSameAs(StoredObject live) =>
            rest.Length == live.Rest.Length
            && JsonNode.DeepEquals(metadata, live.ReadMetadata())
            && (
                rest.AsSpan().SequenceEqual(live.Rest)
                || JsonNode.DeepEquals(JsonNode.Parse([(byte)'{', .. rest, (byte)'}']), live.ReadRest()));
    }
}
