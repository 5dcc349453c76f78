using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbeddedCluster.Serving;

/// <summary>Where the next page of a list begins, in the form in which API servers hand it out.</summary>
internal sealed record ContinueToken(long Revision, string After)
{
    public string Encode()
    {
        var json = new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = Revision, ["start"] = $"/{After}\0" }.ToJsonString();
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    public static ContinueToken Parse(string token)
    {
        byte[] bytes;
        try
        {
            var padded = token.Replace('-', '+').Replace('_', '/');
            bytes = Convert.FromBase64String(padded + new string('=', (4 - (padded.Length % 4)) % 4));
        }
        catch (FormatException)
        {
            // A remainder of bits that a decoder in Go lets pass; its JSON reader then says what it finds.
            bytes = LenientDecode(token);
        }

        try
        {
            var json = JsonNode.Parse(bytes);
            return new((long)json!["rv"]!, ((string)json["start"]!).TrimStart('/').TrimEnd('\0'));
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw ApiException.BadRequest($"invalid continue token: continue key is not valid: {Complaint(bytes)}");
        }
    }

    private static byte[] LenientDecode(string token)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var bits = 0;
        var held = 0;
        var bytes = new List<byte>();
        for (var at = 0; at < token.Length; at++)
        {
            var digit = Alphabet.IndexOf(token[at], StringComparison.Ordinal);
            if (digit < 0)
            {
                throw ApiException.BadRequest($"invalid continue token: continue key is not valid: illegal base64 data at input byte {at}");
            }

            bits = ((bits << 6) | digit) & 0xFFFF;
            held += 6;
            if (held >= 8)
            {
                held -= 8;
                bytes.Add((byte)(bits >> held));
            }
        }

        return [.. bytes];
    }

    /// <summary>In the words of the JSON reader of Go.</summary>
    private static string Complaint(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        foreach (var literal in (string[])["null", "true", "false"])
        {
            if (text.Length > 0 && text[0] == literal[0])
            {
                var same = text.Zip(literal).TakeWhile(each => each.First == each.Second).Count();
                return same >= text.Length
                    ? "unexpected end of JSON input"
                    : $"invalid character '{text[same]}' in literal {literal} (expecting '{literal[same]}')";
            }
        }

        return text.Length == 0 ? "unexpected end of JSON input" : $"invalid character '{text[0]}' looking for beginning of value";
    }
}
