using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Storage;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Serving;

internal enum ObjectForm
{
    Whole,
    Metadata,
    Table,
}

/// <summary>In which form the client wants objects: whole, metadata only, or as rows of a table.</summary>
internal sealed class Representation
{
    private readonly ResourceKind _kind;
    private readonly string _includeObject;

    private Representation(ResourceKind kind, ObjectForm form, string includeObject)
    {
        _kind = kind;
        Form = form;
        _includeObject = includeObject;
    }

    public ObjectForm Form { get; }

    public static Representation Of(HttpRequest request, ResourceKind kind)
    {
        var includeObject = request.Query["includeObject"].ToString() is { Length: > 0 } include ? include : "Metadata";
        var ranges = request.Headers.Accept.OfType<string>().SelectMany(each => each.Split(',')).Select(each => each.Trim()).ToList();
        foreach (var range in ranges)
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "*/*" or "application/*"))
            {
                continue;
            }

            switch (parts.FirstOrDefault(each => each.StartsWith("as=", StringComparison.Ordinal))?[3..])
            {
                case null:
                    return new(kind, ObjectForm.Whole, includeObject);
                case "Table":
                    return new(kind, ObjectForm.Table, includeObject);
                case "PartialObjectMetadata" or "PartialObjectMetadataList":
                    return new(kind, ObjectForm.Metadata, includeObject);
                default:
                    break;
            }
        }

        return ranges.Count == 0
            ? new(kind, ObjectForm.Whole, includeObject)
            : throw new ApiException(406, "NotAcceptable", "only the following media types are accepted: application/json, application/json;as=Table, application/json;as=PartialObjectMetadata");
    }

    public ApiReply One(int status, StoredObject value)
    {
        var buffer = new ArrayBufferWriter<byte>(value.Size + 128);
        WriteOne(buffer, value);
        return new(status, "application/json", buffer.WrittenMemory);
    }

    /// <summary>As an event of a watch carries it.</summary>
    public void WriteOne(IBufferWriter<byte> output, StoredObject value, bool withColumns = true)
    {
        switch (Form)
        {
            case ObjectForm.Metadata:
                value.WriteMetadataOnly(output);
                break;
            case ObjectForm.Table:
                output.Write(Encoding.UTF8.GetBytes(Tables.Of(_kind, [value], value.Revision, null, _includeObject, withColumns).ToJsonString()));
                break;
            default:
                value.Write(output, _kind.ApiVersion, _kind.Kind);
                break;
        }
    }

    public ApiReply Many(IReadOnlyList<StoredObject> items, long revision, string? next, long remaining)
    {
        if (Form == ObjectForm.Table)
        {
            return ApiReply.Json(200, Tables.Of(_kind, items, revision, next, _includeObject, true));
        }

        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if (next is not null || _kind.Custom is not null)
        {
            metadata["continue"] = next ?? "";
        }

        if (remaining > 0)
        {
            metadata["remainingItemCount"] = remaining;
        }

        var (apiVersion, listKind) = Form == ObjectForm.Metadata ? ("meta.k8s.io/v1", "PartialObjectMetadataList") : (_kind.ApiVersion, _kind.ListKind);
        var buffer = new ArrayBufferWriter<byte>(items.Sum(each => each.Size + 128) + 256);
        buffer.Write(Encoding.UTF8.GetBytes($$"""{"kind":"{{listKind}}","apiVersion":"{{apiVersion}}","metadata":{{metadata.ToJsonString()}},"items":["""));
        for (var at = 0; at < items.Count; at++)
        {
            if (at > 0)
            {
                buffer.Write(","u8);
            }

            if (Form == ObjectForm.Metadata || _kind.Custom is not null)
            {
                WriteOne(buffer, items[at]);
            }
            else
            {
                items[at].WriteBare(buffer);
            }
        }

        buffer.Write("]}\n"u8);
        return new(200, "application/json", buffer.WrittenMemory);
    }
}
