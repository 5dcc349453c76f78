using System.Net;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>One cause in a <see cref="StatusBody"/>.</summary>
/// <param name="Reason">Such as <c>FieldManagerConflict</c> or <c>FieldValueInvalid</c>.</param>
/// <param name="Field">The path of the field.</param>
internal sealed record StatusCause(string Reason, string Message, string Field);

/// <summary>
/// The server's response to a failed request: a Kubernetes <c>Status</c>, or what can be read from any other body.
/// </summary>
internal sealed record StatusBody
{
    /// <summary>The HTTP status.</summary>
    public required int Code { get; init; }

    /// <summary>
    /// Whether the body was a <c>Status</c>. If not, something before the API server may have answered, or the server does not serve the
    /// path.
    /// </summary>
    public bool IsStatus { get; init; }

    /// <summary>Such as <c>NotFound</c>, <c>Conflict</c>, <c>AlreadyExists</c>; empty if the server sends none.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The server's message. It may hold line breaks.</summary>
    public string Message { get; init; } = "";

    /// <summary>The object's kind or resource: the server sends either.</summary>
    public string Kind { get; init; } = "";

    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>Whether a server-side apply failed because other managers own fields.</summary>
    public bool IsFieldConflict => Code == 409 && Causes.Any(cause => cause.Reason == "FieldManagerConflict");

    /// <summary>Whether the object's namespace is being deleted.</summary>
    public bool IsNamespaceTerminating =>
        Causes.Any(cause => cause.Reason == "NamespaceTerminating")
        || (Code == 403 && Message.Contains("because it is being terminated", StringComparison.Ordinal));

    /// <summary>Whether the object does not match its schema. Servers before 1.22 send status 500 for that.</summary>
    public bool IsSchemaFault =>
        Code == 500
        && (
            Message.Contains("failed to create typed patch object", StringComparison.Ordinal)
            || Message.Contains("field not declared in schema", StringComparison.Ordinal));

    /// <summary>Reads the body of a failed response. A buffered body can be read again.</summary>
    public static async Task<StatusBody> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A response has one stream. The retry policy reads it first, then the caller of the request.
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (stream.CanSeek)
        {
            stream.Position = 0;
        }

        var buffer = new byte[Bounds.ApiError.Limit];
        var length = 0;
        try
        {
            length = await stream
                .ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The status code is enough. The body would only add details.
            length = 0;
        }

        return Parse(response.StatusCode, buffer.AsSpan(0, length));
    }

    /// <summary>Parses a body, or the beginning of a body.</summary>
    public static StatusBody Parse(HttpStatusCode code, ReadOnlySpan<byte> body)
    {
        var status = new StatusBody { Code = (int)code };
        var text = body.TrimStart(" \t\r\n\ufeff"u8);
        if (text.IsEmpty)
        {
            return status;
        }

        if (text[0] == '{')
        {
            return ParseJson(status, text);
        }

        return status with { Message = text[0] == '<' ? DescribePage(text) : Encoding.UTF8.GetString(text[..Math.Min(text.Length, 600)]) };
    }

    private static StatusBody ParseJson(StatusBody status, ReadOnlySpan<byte> text)
    {
        var isStatus = false;
        var reader = new Utf8JsonReader(text, isFinalBlock: true, default);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                reader.Read();
                switch (name)
                {
                    case "kind":
                        isStatus = Text(ref reader) == "Status";
                        break;
                    case "message":
                        status = status with { Message = Text(ref reader) };
                        break;
                    case "reason":
                        status = status with { Reason = Text(ref reader) };
                        break;
                    case "details" when reader.TokenType == JsonTokenType.StartObject:
                        ReadDetails(ref reader, ref status);
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The body is cut off or invalid. The values read so far are kept.
        }

        return isStatus ? status with { IsStatus = true } : new StatusBody { Code = status.Code, Message = status.Message };
    }

    private static void ReadDetails(ref Utf8JsonReader reader, ref StatusBody status)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "kind":
                    status = status with { Kind = Text(ref reader) };
                    break;
                case "causes" when reader.TokenType == JsonTokenType.StartArray:
                    ReadCauses(ref reader, ref status);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static void ReadCauses(ref Utf8JsonReader reader, ref StatusBody status)
    {
        var causes = new List<StatusCause>();
        status = status with { Causes = causes };
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var cause = new StatusCause("", "", "");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                reader.Read();
                cause = name switch
                {
                    "reason" => cause with { Reason = Text(ref reader) },
                    "message" => cause with { Message = Text(ref reader) },
                    "field" => cause with { Field = Text(ref reader) },
                    _ => Skip(ref reader, cause),
                };
            }

            causes.Add(cause);
        }
    }

    private static StatusCause Skip(ref Utf8JsonReader reader, StatusCause cause)
    {
        reader.Skip();
        return cause;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString()!;
        }

        reader.Skip();
        return "";
    }

    private static string DescribePage(ReadOnlySpan<byte> page)
    {
        var text = Encoding.UTF8.GetString(page[..Math.Min(page.Length, 4096)]);
        var start = text.IndexOf("<title>", StringComparison.OrdinalIgnoreCase);
        var end = start < 0 ? -1 : text.IndexOf("</title>", start, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? "a web page" : "a web page titled " + OneLine.Clean(text[(start + "<title>".Length)..end], 120);
    }
}
