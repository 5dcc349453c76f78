using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>The Alertmanager resource that the user asks for.</summary>
/// <param name="Namespace">Its namespace; null for any.</param>
/// <param name="Name">Its name; null for any.</param>
internal sealed record AlertmanagerChoice(string? Namespace, string? Name);

/// <summary>An Alertmanager resource of the Prometheus operator.</summary>
internal sealed record AlertmanagerServer(string Namespace, string Name, JsonElement Json)
{
    /// <summary>The first version that reads <c>matchers</c>; earlier ones read <c>match</c> and <c>match_re</c>.</summary>
    public static Version FirstWithMatchers { get; } = new(0, 22);

    /// <summary>The first version that notifies a workflow of Microsoft Teams.</summary>
    public static Version FirstWithTeams { get; } = new(0, 28);

    private JsonElement Spec => Json.Member("spec");

    /// <summary>The version; null if the resource does not say.</summary>
    public Version? Version => ParseVersion(Spec.Text("version")) ?? ParseVersion(FindTag(Spec.Text("image")));

    /// <summary>Which alerts an AlertmanagerConfig takes: <c>OnNamespace</c> for those of its own namespace only.</summary>
    public string MatcherStrategy => Spec.Member("alertmanagerConfigMatcherStrategy").Text("type") ?? "OnNamespace";

    /// <summary>Whether an AlertmanagerConfig takes the place of the Secret, which the operator then does not read.</summary>
    public bool IgnoresSecret => Spec.Member("alertmanagerConfiguration").ValueKind == JsonValueKind.Object;

    /// <summary>The Secret that the operator reads the configuration from.</summary>
    public ResourceId SecretId => ResourceType.Secret.IdOf(
        Namespace,
        Spec.Text("configSecret") is { Length: > 0 } name ? name : $"alertmanager-{Name}");

    /// <summary>Whether the Alertmanager is known to be at least of a version. An unknown version counts as new.</summary>
    public bool IsAtLeast(Version version) => Version is not { } own || own >= version;

    /// <returns><c>Alertmanager/monitoring/main</c>.</returns>
    public override string ToString() => $"Alertmanager/{Namespace}/{Name}";

    private static string? FindTag(string? image) =>
        image?.Split('/')[^1].Split('@')[0].Split(':') is [_, var tag] ? tag : null;

    private static Version? ParseVersion(string? text) =>
        System.Version.TryParse(text?.TrimStart('v').Split('-')[0], out var version) ? version : null;
}
