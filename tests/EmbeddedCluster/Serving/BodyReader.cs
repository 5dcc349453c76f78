using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Serving;

/// <summary>Reads request bodies.</summary>
internal static class BodyReader
{
    // As the real server: 3 MiB for all but what the store would refuse anyway.
    private const int Limit = 3 << 20;

    public static async Task<byte[]> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > Limit)
            {
                throw new ApiException(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
            }
        }

        request.HttpContext.Items[typeof(BodyReader)] = buffer.Length;
        return buffer.ToArray();
    }

    public static long BytesRead(HttpContext context) => context.Items.TryGetValue(typeof(BodyReader), out var length) ? (long)length! : 0;

    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var type = MediaType(request);
        var bytes = await ReadBytesAsync(request, cancellationToken).ConfigureAwait(false);
        return type switch
        {
            "" or "application/json" => ParseJson(bytes),
            "application/yaml" => YamlBody.Parse(bytes),
            ProtobufBody.MediaType => ProtobufBody.Parse(bytes),
            _ => throw ApiException.UnsupportedMediaType(type, "application/json, application/yaml, application/vnd.kubernetes.protobuf"),
        };
    }

    /// <returns>The options of a delete; empty when there is no body.</returns>
    public static async Task<JsonObject> ReadOptionsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(request, cancellationToken).ConfigureAwait(false);
        return bytes.Length == 0 ? [] : MediaType(request) == ProtobufBody.MediaType ? ProtobufBody.Parse(bytes) : ParseJson(bytes);
    }

    public static string MediaType(HttpRequest request) => (request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    public static JsonObject ParseJson(byte[] bytes) =>
        ParseNode(bytes) as JsonObject
        ?? throw ApiException.BadRequest(
            "couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct { APIVersion string; Kind "
                + "string }"
        );

    public static JsonNode ParseNode(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes) ?? throw ApiException.BadRequest("the body is null");
        }
        catch (JsonException exception)
        {
            throw ApiException.BadRequest($"couldn't get version/kind; json parse error: {exception.Message}");
        }
    }
}
