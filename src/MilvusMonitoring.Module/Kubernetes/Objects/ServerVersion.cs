using System.Globalization;
using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>The version of a cluster's API server.</summary>
/// <param name="Text">The server's own text: <c>v1.36.2</c>, <c>v1.30.4-eks-1</c>.</param>
internal sealed record ServerVersion(KubernetesVersion Kubernetes, string Text)
{
    /// <summary>Reads the response of <c>/version</c>; null if it holds no version.</summary>
    public static ServerVersion? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonSlice.Open(json);
            var root = document.RootElement;
            return ParseDigits(root.Text("major")) is { } major && ParseDigits(root.Text("minor")) is { } minor
                ? new ServerVersion(new KubernetesVersion(major, minor), root.Text("gitVersion") ?? $"v{major}.{minor}")
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Some providers send 36+ as the minor number.
    private static int? ParseDigits(string? text) =>
        int.TryParse(text.AsSpan().TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
