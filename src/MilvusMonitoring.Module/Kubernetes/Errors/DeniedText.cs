using System.Text.RegularExpressions;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>Describes the missing rule of a request that the API server denied.</summary>
internal static partial class DeniedText
{
    /// <summary>Where the rules of each command are listed; an installed module has the page as a topic of its help.</summary>
    public const string SeeRules = "Get-Help about_MilvusMonitoring_Permissions lists the rules of each command";

    private const int RulesShown = 6;

    /// <summary>Describes a 403.</summary>
    public static (string Reason, string Remedy) Describe(StatusBody status)
    {
        if (Escalation().Match(status.Message) is { Success: true } escalation)
        {
            return DescribeEscalation(escalation);
        }

        var denied = Denied().Match(status.Message);
        if (!denied.Success)
        {
            var text = OneLine.TrimPunctuation(OneLine.Clean(status.Message));
            return (text.Length == 0 ? "the server denies the request (403)" : text, "ask whoever runs the cluster to allow it");
        }

        var user = OneLine.Clean(denied.Groups["user"].Value, 200);
        var verb = denied.Groups["verb"].Value;
        var more = OneLine.TrimPunctuation(OneLine.Clean(denied.Groups["more"].Value, 300)).TrimStart(':', ' ');
        var aside = more.Length == 0 ? "" : $" ({more})";
        if (denied.Groups["path"].Success)
        {
            var path = OneLine.Clean(denied.Groups["path"].Value, 200);
            return (
                $"user \"{user}\" cannot {verb} {path}{aside}",
                $"ask for a ClusterRole with the rule {{nonResourceURLs: [\"{path}\"], verbs: [\"{verb}\"]}} bound to that user");
        }

        var resource = OneLine.Clean(denied.Groups["resource"].Value, 200);
        var group = OneLine.Clean(denied.Groups["group"].Value, 200);
        var scope = denied.Groups["namespace"] is { Success: true, Value: var name }
            ? $"in namespace {OneLine.Clean(name, 100)}"
            : "in the whole cluster";
        var role = denied.Groups["namespace"].Success ? "Role in that namespace" : "ClusterRole";
        var rule = $"{{apiGroups: [\"{group}\"], resources: [\"{resource}\"], verbs: [\"{verb}\"]}}";
        return (
            $"user \"{user}\" cannot {verb} {resource}{(group.Length == 0 ? "" : "." + group)} {scope}{aside}",
            $"ask for a {role} with the rule {rule} bound to that user; {SeeRules}");
    }

    /// <summary>Finds the user in the message of a 403; null if the message names no user.</summary>
    public static string? FindUser(StatusBody status) =>
        Denied().Match(status.Message) is { Success: true } denied ? OneLine.Clean(denied.Groups["user"].Value, 200) : null;

    private static (string Reason, string Remedy) DescribeEscalation(Match escalation)
    {
        var user = OneLine.Clean(escalation.Groups["user"].Value, 200);
        var rules = Rule().Matches(escalation.Groups["rules"].Value).Select(match => OneLine.Clean(match.Value, 200)).Distinct().ToList();
        var shown = string.Join(", ", rules.Take(RulesShown)) + (rules.Count > RulesShown ? $" and {rules.Count - RulesShown} more" : "");
        return (
            $"user \"{user}\" would grant permissions that it does not hold: {shown}",
            "run the command as a cluster administrator (on AKS: with credentials from --admin), "
            + $"or ask for these permissions or for the verb \"escalate\" on roles and clusterroles; {SeeRules}");
    }

    // pkg/registry/rbac/escalation_check.go; servers before 1.12 said "attempt to grant extra privileges: [...]".
    [GeneratedRegex(
        """user "(?<user>[^"]*)" .*?(?:attempting to grant RBAC permissions not currently held|attempt to grant extra privileges)"""
        + """:\s*(?<rules>.*)$""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Escalation();

    [GeneratedRegex("""\{[^{}]*\}""", RegexOptions.None, 1000)]
    private static partial Regex Rule();

    // apiserver/pkg/endpoints/handlers/responsewriters/errors.go, forbiddenMessage.
    [GeneratedRegex(
        """user "(?<user>[^"]*)" cannot (?<verb>\S+) """
        + """(?:path "(?<path>[^"]*)"|resource "(?<resource>[^"]*)" in API group "(?<group>[^"]*)" """
        + """?(?:in the namespace "(?<namespace>[^"]*)"|at the cluster scope)?)(?<more>.*)$""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline,
        1000)]
    private static partial Regex Denied();
}
