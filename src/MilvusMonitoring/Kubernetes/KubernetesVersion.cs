using System.Globalization;
using System.Text.Json;

namespace MilvusMonitoring.Kubernetes;

/// <summary>The version of a cluster's Kubernetes.</summary>
/// <param name="Major">1.</param>
/// <param name="Minor">36, where a provider says <c>36+</c> too.</param>
/// <param name="Text">As the server gives it: <c>v1.36.2</c>, <c>v1.30.4-eks-1</c>.</param>
internal sealed record KubernetesVersion(int Major, int Minor, string Text)
{
    /// <summary>Reads the answer to <c>/version</c>.</summary>
    /// <param name="json">The answer.</param>
    /// <returns>The version; null where the answer holds none.</returns>
    public static KubernetesVersion? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return Digits(root.Text("major")) is { } major && Digits(root.Text("minor")) is { } minor
                ? new KubernetesVersion(major, minor, root.Text("gitVersion") ?? $"v{major}.{minor}")
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? Digits(string? text) =>
        int.TryParse(text.AsSpan().TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
