using System.Globalization;
using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>The version of a cluster's API server.</summary>
/// <param name="Kubernetes">Major and minor number.</param>
/// <param name="Text">As the server gives it: <c>v1.36.2</c>, <c>v1.30.4-eks-1</c>.</param>
internal sealed record ServerVersion(KubernetesVersion Kubernetes, string Text)
{
    /// <summary>Reads the answer to <c>/version</c>.</summary>
    /// <param name="json">The answer.</param>
    /// <returns>The version; null where the answer holds none.</returns>
    public static ServerVersion? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return Digits(root.Text("major")) is { } major && Digits(root.Text("minor")) is { } minor
                ? new ServerVersion(new KubernetesVersion(major, minor), root.Text("gitVersion") ?? $"v{major}.{minor}")
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Some providers write the minor number as 36+.
    private static int? Digits(string? text) =>
        int.TryParse(text.AsSpan().TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
