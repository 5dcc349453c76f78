using System.Text.RegularExpressions;
using k8s.Models;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// Reads why the API server refused to create a pod, from a controller's events or its condition <c>ReplicaFailure</c>.
/// </summary>
internal static partial class PodRefusal
{
    /// <summary>Reads the server's reason, without the prefixes of the controller and the server.</summary>
    public static string ReadReason(string message) =>
        Refusal().Match(OneLine.Clean(message)) is { Success: true } match ? match.Groups["why"].Value : OneLine.Clean(message);

    /// <summary>
    /// Whether waiting cannot help: a rule of the namespace or of the cluster forbids this pod, even if other pods end.
    /// </summary>
    /// <remarks>
    /// A used-up quota has room again after old pods have gone, unless one pod requests more than the whole quota.
    /// A missing service account may be created later, and a webhook that does not answer may recover.
    /// </remarks>
    public static bool IsLasting(string message) =>
        Rules().IsMatch(message) || (Quota().Match(message) is { Success: true } quota && ExceedsWholeQuota(quota));

    private static bool ExceedsWholeQuota(Match quota)
    {
        var all = ParseAmounts(quota.Groups["limited"].Value);
        return ParseAmounts(quota.Groups["requested"].Value)
            .Any(wish => all.TryGetValue(wish.Key, out var limit) && wish.Value.ToDecimal() > limit.ToDecimal());
    }

    private static Dictionary<string, ResourceQuantity> ParseAmounts(string text)
    {
        var amounts = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (item.Split('=') is [var name, var amount] && Amount().IsMatch(amount))
            {
                amounts[name] = new ResourceQuantity(amount);
            }
        }

        return amounts;
    }

    // The server sends "pods \"a\" is forbidden: …". A controller adds the prefix "Error creating: " or
    // "create Pod a in StatefulSet b failed error: ".
    [GeneratedRegex("(?:is forbidden: |Error creating: |failed error: )(?!.*is forbidden: )(?<why>.+)", RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();

    // Pod Security, pod security policies and OpenShift's constraints; a quota or limit range of the namespace; a policy engine's webhook.
    [GeneratedRegex(
        "violates PodSecurity|PodSecurityPolicy: unable to"
        + "|unable to validate against any (?:pod security policy|security context constraint)"
        + "|failed quota: .*must specify|(?:maximum|minimum) \\S+ usage per|admission webhook .* denied the request",
        RegexOptions.CultureInvariant)]
    private static partial Regex Rules();

    [GeneratedRegex(
        "exceeded quota: .+?, requested: (?<requested>.+?), used: .+?, limited: (?<limited>\\S+)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Quota();

    [GeneratedRegex("\\A[0-9]+(?:\\.[0-9]+)?(?:m|[kMGTPE]i?|Ki)?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Amount();
}
