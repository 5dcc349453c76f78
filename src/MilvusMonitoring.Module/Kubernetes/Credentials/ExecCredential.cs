using System.Globalization;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>What an exec plugin gives.</summary>
/// <param name="Token">A bearer token.</param>
/// <param name="Certificate">A client certificate, PEM.</param>
/// <param name="Key">Its key, PEM.</param>
/// <param name="Expires">When both end; null when they last until the server refuses them.</param>
internal sealed record ExecCredential(string? Token, string? Certificate, string? Key, DateTimeOffset? Expires)
{
    /// <summary>Reads a plugin's output.</summary>
    /// <param name="output">The output.</param>
    /// <param name="apiVersion">The version that was asked for.</param>
    /// <param name="fault">What is wrong with it, never its content; null when nothing is.</param>
    /// <returns>The credential, or null when there is a fault.</returns>
    public static ExecCredential? Parse(ReadOnlyMemory<byte> output, string apiVersion, out string? fault)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonTexts.AreReadable(output.Span) ? output : default);
            fault = Fault(document.RootElement, apiVersion);
            return fault is null ? Read(document.RootElement.GetProperty("status"), out fault) : null;
        }
        catch (JsonException)
        {
            fault = output.Length == 0 ? "printed nothing" : "printed something that is no JSON";
            return null;
        }
    }

    /// <summary>Hides what must not be shown.</summary>
    /// <returns>The kinds of credential.</returns>
    public override string ToString() =>
        $"{(Token is null ? "no token" : "token")}, {(Certificate is null ? "no client certificate" : "client certificate")}";

    /// <summary>The certificate and key in the form of a kubeconfig's.</summary>
    /// <param name="text">PEM.</param>
    /// <returns>The data.</returns>
    public static KubeconfigData Data(string text) => new(null, Encoding.UTF8.GetBytes(text));

    private static string? Fault(JsonElement root, string apiVersion)
    {
        if (root.ValueKind != JsonValueKind.Object || Text(root, "kind") != "ExecCredential")
        {
            return "printed JSON that is no ExecCredential";
        }

        if (Text(root, "apiVersion") != apiVersion)
        {
            return $"answered in version '{OneLine.Clean(Text(root, "apiVersion"), 80)}' when asked for {apiVersion}";
        }

        return root.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object ? null : "gave no credential";
    }

    private static ExecCredential? Read(JsonElement status, out string? fault)
    {
        var token = Text(status, "token");
        var certificate = Text(status, "clientCertificateData");
        var key = Text(status, "clientKeyData");
        DateTimeOffset? expires = null;
        fault = (certificate is null) != (key is null) ? "gave a client certificate and no key, or the reverse"
            : token is null && certificate is null ? "gave neither a token nor a client certificate"
            : null;
        if (Text(status, "expirationTimestamp") is { } text)
        {
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                expires = time;
            }
            else
            {
                fault ??= "gave an expirationTimestamp that is no time";
            }
        }

        return fault is null ? new ExecCredential(token, certificate, key, expires) : null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
