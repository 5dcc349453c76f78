using System.Globalization;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>The credential that an exec plugin prints.</summary>
/// <param name="Token">A bearer token.</param>
/// <param name="Certificate">A client certificate, PEM.</param>
/// <param name="Key">The key of the certificate, PEM.</param>
/// <param name="Expires">When the credential expires; null if the plugin does not say.</param>
internal sealed record ExecCredential(string? Token, string? Certificate, string? Key, DateTimeOffset? Expires)
{
    /// <summary>Reads the output of a plugin.</summary>
    /// <param name="apiVersion">The version in the kubeconfig.</param>
    /// <param name="fault">The fault of the output, without its content; null if there is none.</param>
    /// <returns>The credential; null if there is a fault.</returns>
    public static ExecCredential? Parse(ReadOnlyMemory<byte> output, string apiVersion, out string? fault)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonTexts.AreReadable(output.Span) ? output : default);
            fault = FindFault(document.RootElement, apiVersion);
            return fault is null ? Read(document.RootElement.GetProperty("status"), out fault) : null;
        }
        catch (JsonException)
        {
            fault = output.Length == 0 ? "printed nothing" : "printed something that is not JSON";
            return null;
        }
    }

    /// <summary>The kinds of the credential, without any secret.</summary>
    public override string ToString() =>
        $"{(Token is null ? "no token" : "token")}, {(Certificate is null ? "no client certificate" : "client certificate")}";

    /// <summary>Converts a certificate or key in PEM to the form of a kubeconfig.</summary>
    public static KubeconfigData ToData(string text) => new(null, Encoding.UTF8.GetBytes(text));

    private static string? FindFault(JsonElement root, string apiVersion)
    {
        if (root.ValueKind != JsonValueKind.Object || Text(root, "kind") != "ExecCredential")
        {
            return "printed JSON that is not an ExecCredential";
        }

        if (Text(root, "apiVersion") != apiVersion)
        {
            return $"printed version '{OneLine.Clean(Text(root, "apiVersion"), 80)}' instead of {apiVersion}";
        }

        var hasStatus = root.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object;
        return hasStatus ? null : "printed no credential";
    }

    private static ExecCredential? Read(JsonElement status, out string? fault)
    {
        var token = Text(status, "token");
        var certificate = Text(status, "clientCertificateData");
        var key = Text(status, "clientKeyData");
        DateTimeOffset? expires = null;
        fault = null;
        if ((certificate is null) != (key is null))
        {
            fault = "printed a client certificate without a key, or a key without a certificate";
        }
        else if (token is null && certificate is null)
        {
            fault = "printed neither a token nor a client certificate";
        }

        if (Text(status, "expirationTimestamp") is { } text)
        {
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                expires = time;
            }
            else
            {
                fault ??= "printed an expirationTimestamp that is not a time";
            }
        }

        return fault is null ? new ExecCredential(token, certificate, key, expires) : null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
