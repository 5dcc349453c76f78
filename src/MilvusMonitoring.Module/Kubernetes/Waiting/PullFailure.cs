using System.Text.RegularExpressions;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Why images cannot be pulled, as kubelets and container runtimes say it: reasons within reasons, each after a colon.</summary>
internal static partial class PullFailure
{
    // One says what failed, the other how: "lookup registry.example.com on 10.96.0.10:53: no such host".
    private const int MostParts = 2;

    private static readonly HashSet<string> Reasons =
    [
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "InvalidImageName",
        "RegistryUnavailable",
        "ImageInspectError",
        "SignatureValidationFailed",
    ];

    /// <summary>Whether a container waits for its image.</summary>
    public static bool IsReason(string reason) => Reasons.Contains(reason);

    /// <summary>
    /// Whether a message says no more than that the next try is put off, as the kubelet of 1.20 does from the second try on, and that of
    /// 1.36 does not.
    /// </summary>
    public static bool SaysNothing(string? message) => string.IsNullOrEmpty(message) || Putoff().IsMatch(message);

    /// <summary>The innermost reason that several have in common; that of each where they have none.</summary>
    public static string Innermost(IEnumerable<string> messages)
    {
        var all = messages.Select(Parts).Where(parts => parts.Count > 0).ToList();
        if (all.Count == 0)
        {
            return "no reason is given";
        }

        var common = Enumerable
            .Range(1, MostParts)
            .TakeWhile(count => all.All(parts => parts.Count >= count && parts[^count] == all[0][^count]))
            .LastOrDefault();
        return common > 0 ? string.Join(": ", all[0].TakeLast(common)) : string.Join(" or ", all.Select(parts => parts[^1]).Distinct());
    }

    private static IReadOnlyList<string> Parts(string message) =>
        [.. Separator().Split(OneLine.Clean(message)).Select(part => OneLine.WithoutEnd(part)).Where(part => part.Length > 0)];

    // A colon within quotation marks is an image's or an address's.
    [GeneratedRegex("(?:: |; )(?=(?:[^\"]*\"[^\"]*\")*[^\"]*\\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Separator();

    [GeneratedRegex("\\ABack-off pulling image \"[^\"]*\"\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Putoff();
}
