using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Serving;

/// <summary>
/// Request bodies in Kubernetes' protobuf, which typed Go clients send for built-in kinds: those that kubectl and helm write that way here.
/// Field numbers are those of the generated.proto files in k8s.io/api and k8s.io/apimachinery.
/// </summary>
internal static class ProtobufBody
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private static readonly Message s_time = new([new(1, "seconds", Form.Integer)]);

    private static readonly Message s_owner = new([
        new(1, "kind", Form.Text),
        new(3, "name", Form.Text),
        new(4, "uid", Form.Text),
        new(5, "apiVersion", Form.Text),
        new(6, "controller", Form.Boolean),
        new(7, "blockOwnerDeletion", Form.Boolean),
    ]);

    // Managed fields are left out: what a client sends back of them never changes what is stored.
    private static readonly Message s_metadata = new([
        new(1, "name", Form.Text),
        new(2, "generateName", Form.Text),
        new(3, "namespace", Form.Text),
        new(5, "uid", Form.Text),
        new(6, "resourceVersion", Form.Text),
        new(7, "generation", Form.Integer),
        new(8, "creationTimestamp", Form.Time),
        new(11, "labels", Form.TextMap),
        new(12, "annotations", Form.TextMap),
        new(13, "ownerReferences", Form.Messages, s_owner),
        new(14, "finalizers", Form.Texts),
    ]);

    private static readonly Message s_reference = new([new(1, "name", Form.Text)]);

    private static readonly Dictionary<string, Message> s_kinds = new()
    {
        ["v1/Secret"] = new([
            new(1, "metadata", Form.Message, s_metadata),
            new(2, "data", Form.BytesMap),
            new(3, "type", Form.Text),
            new(4, "stringData", Form.TextMap),
            new(5, "immutable", Form.Boolean),
        ]),
        ["v1/ConfigMap"] = new([
            new(1, "metadata", Form.Message, s_metadata),
            new(2, "data", Form.TextMap),
            new(3, "binaryData", Form.BytesMap),
            new(4, "immutable", Form.Boolean),
        ]),
        ["v1/Namespace"] = new([
            new(1, "metadata", Form.Message, s_metadata),
            new(2, "spec", Form.Message, new([new(1, "finalizers", Form.Texts)])),
            new(3, "status", Form.Message, new([new(1, "phase", Form.Text)])),
        ]),
        ["v1/ServiceAccount"] = new([
            new(1, "metadata", Form.Message, s_metadata),
            new(2, "secrets", Form.Messages, s_reference),
            new(3, "imagePullSecrets", Form.Messages, s_reference),
            new(4, "automountServiceAccountToken", Form.Boolean),
        ]),
        ["DeleteOptions"] = new([
            new(1, "gracePeriodSeconds", Form.Integer),
            new(2, "preconditions", Form.Message, new([new(1, "uid", Form.Text), new(2, "resourceVersion", Form.Text)])),
            new(3, "orphanDependents", Form.Boolean),
            new(4, "propagationPolicy", Form.Text),
            new(5, "dryRun", Form.Texts),
        ]),
    };

    private enum Form
    {
        Text,
        Texts,
        Integer,
        Boolean,
        Time,
        TextMap,
        BytesMap,
        Message,
        Messages,
    }

    public static JsonObject Parse(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("k8s\0"u8))
        {
            throw ApiException.BadRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = [];
        var reader = new Reader(body[4..]);
        while (reader.Next(out var number))
        {
            if (number == 1)
            {
                var type = new Reader(reader.Bytes);
                while (type.Next(out var part))
                {
                    (apiVersion, kind) =
                        part == 1 ? (Encoding.UTF8.GetString(type.Bytes), kind) : (apiVersion, Encoding.UTF8.GetString(type.Bytes));
                }
            }
            else if (number == 2)
            {
                raw = reader.Bytes;
            }
        }

        var message = s_kinds.GetValueOrDefault(kind == "DeleteOptions" ? kind : $"{apiVersion}/{kind}")
            ?? throw ApiException.NotImplemented($"reading a {kind} of {apiVersion} in protobuf");
        var value = Read(raw, message);
        value["apiVersion"] = apiVersion;
        value["kind"] = kind;
        return value;
    }

    private static JsonObject Read(ReadOnlySpan<byte> bytes, Message message)
    {
        var value = new JsonObject();
        var reader = new Reader(bytes);
        while (reader.Next(out var number))
        {
            if (message.Fields.FirstOrDefault(each => each.Number == number) is { } field)
            {
                Set(value, field, reader);
            }
        }

        return value;
    }

    // Go writes empty texts and zeros out, which JSON leaves out.
    private static void Set(JsonObject value, Field field, Reader reader)
    {
        switch (field.Form)
        {
            case Form.Text when reader.Bytes.Length > 0:
                value[field.Name] = Encoding.UTF8.GetString(reader.Bytes);
                break;
            case Form.Integer when reader.Number != 0 || field.Name == "gracePeriodSeconds":
                value[field.Name] = (long)reader.Number;
                break;
            case Form.Boolean:
                value[field.Name] = reader.Number != 0;
                break;
            case Form.Time when Read(reader.Bytes, s_time).Number("seconds") is { } seconds:
                value[field.Name] = DateTimeOffset
                    .FromUnixTimeSeconds(seconds)
                    .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
                break;
            case Form.Message when reader.Bytes.Length > 0:
                value[field.Name] = Read(reader.Bytes, field.Of!);
                break;
            case Form.Texts:
                Append(value, field.Name, Encoding.UTF8.GetString(reader.Bytes));
                break;
            case Form.Messages:
                Append(value, field.Name, Read(reader.Bytes, field.Of!));
                break;
            case Form.TextMap or Form.BytesMap:
                var entry = new Reader(reader.Bytes);
                var (key, text) = ("", "");
                while (entry.Next(out var part))
                {
                    (key, text) = part == 1
                        ? (Encoding.UTF8.GetString(entry.Bytes), text)
                        : (key, field.Form == Form.TextMap ? Encoding.UTF8.GetString(entry.Bytes) : Convert.ToBase64String(entry.Bytes));
                }

                value.Child(field.Name)[key] = text;
                break;
            default:
                break;
        }
    }

    private static void Append(JsonObject value, string name, JsonNode item)
    {
        if (value[name] is not JsonArray list)
        {
            value[name] = list = [];
        }

        list.Add(item);
    }

    private sealed record Field(int Number, string Name, Form Form, Message? Of = null);

    private sealed record Message(Field[] Fields);

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _left = bytes;

        public ReadOnlySpan<byte> Bytes { get; private set; }

        public ulong Number { get; private set; }

        public bool Next(out int number)
        {
            number = 0;
            if (_left.IsEmpty)
            {
                return false;
            }

            var tag = ReadVarint();
            number = (int)(tag >> 3);
            Bytes = [];
            Number = 0;
            switch (tag & 7)
            {
                case 0:
                    Number = ReadVarint();
                    break;
                case 1:
                    Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                    break;
                case 2:
                    Bytes = Take((int)ReadVarint());
                    break;
                case 5:
                    Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                    break;
                default:
                    throw ApiException.BadRequest("proto: illegal wireType");
            }

            return true;
        }

        private ulong ReadVarint()
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var piece = Take(1)[0];
                value |= (ulong)(piece & 0x7F) << shift;
                if (piece < 0x80)
                {
                    return value;
                }
            }

            throw ApiException.BadRequest("proto: integer overflow");
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (length < 0 || length > _left.Length)
            {
                throw ApiException.BadRequest("unexpected EOF");
            }

            var taken = _left[..length];
            _left = _left[length..];
            return taken;
        }
    }
}
