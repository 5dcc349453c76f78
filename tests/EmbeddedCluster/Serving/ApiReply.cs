using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Serving;

/// <summary>What is sent back: a body, or something that writes one as long as the client listens.</summary>
internal sealed record ApiReply(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Func<Stream, CancellationToken, Task>? Stream { get; init; }

    /// <summary>Takes the connection over instead of sending a body; gives the number of bytes that it sent.</summary>
    public Func<HttpContext, Fault?, CancellationToken, Task<long>>? Upgrade { get; init; }

    /// <summary>The headers of a node's answer, which the API server passes on as it is; null for an answer of its own.</summary>
    public IReadOnlyDictionary<string, string>? NodeHeaders { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public string? Warning { get; init; }

    public static ApiReply Json(int status, JsonNode body, string contentType = "application/json") =>
        new(status, contentType, JsonSerializer.SerializeToUtf8Bytes(body, s_options));

    public static ApiReply Text(int status, string text) => new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));

    public static ApiReply Of(ApiException exception) =>
        Json(exception.Code, exception.ToStatus()) with
        {
            RetryAfter = exception.RetryAfter,
        };

    public static ApiReply PathNotFound() => Text(404, "404 page not found\n");
}
