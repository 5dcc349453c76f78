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

    /// <summary>Whether the metadata of a list was asked for, which a single object is not, or the other way round.</summary>
    private bool IsForLists { get; init; }

    public static Representation Of(HttpRequest request, ResourceKind kind)
    {
        var includeObject = request.Query["includeObject"].ToString() is { Length: > 0 } include ? include : "Metadata";
        var clauses = AcceptHeader.Clauses(request);
        foreach (var clause in clauses.Where(each => each.IsJson && (each.Form is null || each.IsMeta)))
        {
            switch (clause.Form)
            {
                case null:
                    return new(kind, ObjectForm.Whole, includeObject);
                case "Table":
                    return new(kind, ObjectForm.Table, includeObject);
                case "PartialObjectMetadata" or "PartialObjectMetadataList":
                    return new(kind, ObjectForm.Metadata, includeObject)
                    {
                        IsForLists = clause.Form.EndsWith("List", StringComparison.Ordinal),
                    };
                default:
                    break;
            }
        }

        return clauses.Count == 0 ? new(kind, ObjectForm.Whole, includeObject) : throw AcceptHeader.NoneFits(clauses);
    }

    public ApiReply One(int status, StoredObject value)
    {
        if (IsForLists)
        {
            throw AcceptHeader.Refused(
                $"you requested PartialObjectMetadataList, but the requested object is not a list ({GoType(_kind.Kind)})");
        }

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
                output.Write(
                    Encoding.UTF8.GetBytes(Tables.Of(_kind, [value], value.Revision, null, _includeObject, withColumns).ToJsonString()));
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

        if (Form == ObjectForm.Metadata && !IsForLists)
        {
            throw AcceptHeader.Refused(
                $"you requested PartialObjectMetadata, but the requested object is a list ({GoType(_kind.ListKind)})");
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

        var (apiVersion, listKind) =
            Form == ObjectForm.Metadata ? ("meta.k8s.io/v1", "PartialObjectMetadataList") : (_kind.ApiVersion, _kind.ListKind);
        var buffer = new ArrayBufferWriter<byte>(items.Sum(each => each.Size + 128) + 256);
        buffer.Write(
            Encoding.UTF8.GetBytes(
                $$"""{"kind":"{{listKind}}","apiVersion":"{{apiVersion}}","metadata":{{metadata.ToJsonString()}},"items":["""
            ));
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

    /// <summary>The server's internal type of a kind, as its messages name it.</summary>
    private string GoType(string kind) => _kind.Custom is null
        ? $"*{(_kind.Group.Length == 0 ? "core" : _kind.Group.Split('.')[0])}.{kind}"
        : $"*unstructured.Unstructured{(kind == _kind.ListKind ? "List" : "")}";
}
