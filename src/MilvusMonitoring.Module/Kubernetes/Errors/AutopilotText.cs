using System.Text.RegularExpressions;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>Shortens a refusal of GKE Autopilot, which allows no workload to reach its nodes and no change of its own namespaces.</summary>
internal static partial class AutopilotText
{
    private const int RulesShown = 3;

    /// <summary>Finds the rule in a response; null if GKE Autopilot did not refuse.</summary>
    public static string? Find(StatusBody status)
    {
        if (Managed().Match(status.Message) is { Success: true } managed)
        {
            return OneLine.Clean(managed.Groups["rule"].Value, 200);
        }

        if (!status.Message.Contains("GKE Warden", StringComparison.Ordinal))
        {
            return null;
        }

        var rules = Violation()
            .Matches(status.Message)
            .Select(match => OneLine.TrimPunctuation(OneLine.Clean(match.Groups["rule"].Value, 120)));
        return string.Join(", ", rules.Distinct().Take(RulesShown)) is { Length: > 0 } text ? text : "GKE Warden rejects it";
    }

    [GeneratedRegex("""GKE Autopilot authz: (?<rule>the namespace "[^"]*" is managed)""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Managed();

    // Violations details: {"[denied by autogke-...]":["enabling hostPID is not allowed in Autopilot.","..."]}
    [GeneratedRegex("""(?<=[\[,])"(?<rule>[^"]+)"(?=[,\]])""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Violation();
}
