using System.Text.RegularExpressions;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Reads why images cannot be pulled. Kubelets and container runtimes nest reasons, each after a colon.</summary>
internal static partial class PullFailure
{
    // One part says what failed, the other part how: "lookup registry.example.com on 10.96.0.10:53: no such host".
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

    /// <summary>Whether the waiting reason of a container concerns its image.</summary>
    public static bool IsReason(string reason) => Reasons.Contains(reason);

    /// <summary>
    /// Whether a message says only that the next pull is delayed. The kubelet of 1.20 sends such messages from the second pull on, the
    /// kubelet of 1.36 does not.
    /// </summary>
    public static bool IsBackOffOnly(string? message) => string.IsNullOrEmpty(message) || BackOff().IsMatch(message);

    /// <summary>Finds the innermost reason that the messages share, or else joins the innermost reason of each.</summary>
    public static string FindInnermost(IEnumerable<string> messages)
    {
        var all = messages.Select(Split).Where(parts => parts.Count > 0).ToList();
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

    private static IReadOnlyList<string> Split(string message) =>
        [.. Separator().Split(OneLine.Clean(message)).Select(part => OneLine.TrimPunctuation(part)).Where(part => part.Length > 0)];

    // A colon within quotation marks belongs to an image or an address.
    [GeneratedRegex("(?:: |; )(?=(?:[^\"]*\"[^\"]*\")*[^\"]*\\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Separator();

    [GeneratedRegex("\\ABack-off pulling image \"[^\"]*\"\\z", RegexOptions.CultureInvariant)]
    private static partial Regex BackOff();
}
