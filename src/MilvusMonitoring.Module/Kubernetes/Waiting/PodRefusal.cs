using System.Text.RegularExpressions;
using k8s.Models;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// What the API server tells a controller that may not make a pod, as its events and the condition <c>ReplicaFailure</c> have it.
/// </summary>
internal static partial class PodRefusal
{
    /// <summary>The server's reason, without what the controller and the server put before it.</summary>
    public static string Reason(string message) =>
        Words().Match(OneLine.Clean(message)) is { Success: true } words ? words.Groups["why"].Value : OneLine.Clean(message);

    /// <summary>
    /// Whether waiting cannot help: whatever pods end meanwhile, a rule of the namespace or of the cluster stands against this one.
    /// </summary>
    /// <remarks>
    /// A quota that is used up may be free again when old pods have gone, unless one pod asks for more than the whole of it.
    /// A service account that is not there may come, and so may a webhook that does not answer.
    /// </remarks>
    public static bool IsLasting(string message) =>
        Rules().IsMatch(message) || (Quota().Match(message) is { Success: true } quota && IsMoreThanAll(quota));

    private static bool IsMoreThanAll(Match quota)
    {
        var all = Amounts(quota.Groups["limited"].Value);
        return Amounts(quota.Groups["requested"].Value)
            .Any(wish => all.TryGetValue(wish.Key, out var limit) && wish.Value.ToDecimal() > limit.ToDecimal());
    }

    private static Dictionary<string, ResourceQuantity> Amounts(string text)
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

    // "pods \"a\" is forbidden: …" is the server's; a controller puts "Error creating: " or "create Pod a in StatefulSet b failed error: "
    // before it.
    [GeneratedRegex("(?:is forbidden: |Error creating: |failed error: )(?!.*is forbidden: )(?<why>.+)", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    // Pod Security, pod security policies and OpenShift's constraints; a quota or limit range of the namespace; a policy engine's webhook.
    [GeneratedRegex(
        "violates PodSecurity|PodSecurityPolicy: unable to|unable to validate against any (?:pod security policy|security context constraint)"
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
