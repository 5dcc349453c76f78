using System.Text;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>Writes docs/permissions.md from the table of rights.</summary>
internal static class PermissionsPage
{
    private const string Begin =
        """
        # Permissions
        What each command needs in a cluster, as rules of RBAC.
        With these rules a command does all that it does for an administrator. Without any one of them it fails, or says less: the lists say what is lost.
        The tests of this module apply the rules to a cluster, run the commands with them, and take away one after the other.
        They do so on a real API server, too; what needs pods that run is shown on an embedded cluster.

        The examples take the namespace `monitoring` for the stack and `milvus` for the Milvus.
        A ClusterRole is bound by a ClusterRoleBinding. A Role is bound by a RoleBinding in its namespace.
        Everybody who is authenticated may use the discovery of the API server, its version, and reviews of their own access: Kubernetes grants these by default.

        Without `-Namespace`, a command looks for Milvus in all namespaces. Then the rules of the Role in `milvus` belong into the ClusterRole.
        A command that finds a Milvus reads what Helm, the Milvus Operator and the cluster know of it. The rules here are those for a Milvus that Helm installed and that runs.
        For a Milvus of the Milvus Operator, add the rules of Get-MilvusInstance; if Helm keeps its records in ConfigMaps (`HELM_DRIVER=configmap`), add `get` and `list` on `configmaps`.

        ## None
        These commands need no permission in a cluster: Get-MonitoringPortForward, Save-KubePrometheus, Save-MilvusDashboard, Stop-MonitoringPortForward.


        """;

    private static readonly Dictionary<RightPlace, string> s_roles = new()
    {
        [RightPlace.Cluster] = "ClusterRole",
        [RightPlace.Stack] = "Role in the namespace of the stack",
        [RightPlace.Milvus] = "Role in the namespace of the Milvus",
    };

    /// <summary>The page.</summary>
    public static string Write() => Begin + string.Join('\n', CommandTable.All.Select(Write));

    private static string Write(CommandRights command)
    {
        var text = new StringBuilder($"## {command.Command}\n");
        if (command.Note is { } note)
        {
            text.Append(note).Append('\n');
        }

        text.Append('\n');
        foreach (var place in command.Rows.GroupBy(row => row.Place).OrderBy(group => group.Key))
        {
            text.Append($"### {s_roles[place.Key]}\n");
            foreach (var row in place)
            {
                var lost = row.Lost is null ? "" : $" Without: {row.Lost}.";
                text.Append($"- `{string.Join("`, `", row.Verbs)}` on `{string.Join("`, `", row.Resources)}`: {row.Purpose}.{lost}\n");
            }

            WriteRole(text.Append('\n'), command, place.Key, place);
        }

        return text.ToString();
    }

    private static void WriteRole(StringBuilder text, CommandRights command, RightPlace place, IEnumerable<RightRow> rows)
    {
        var name = command.Command.Replace(" -", "-", StringComparison.Ordinal).Replace(' ', '-').ToLowerInvariant();
        var ns = PermissionStage.NamespaceOf(place);
        text.Append("```yaml\napiVersion: rbac.authorization.k8s.io/v1\n")
            .Append($"kind: {(ns is null ? "ClusterRole" : "Role")}\nmetadata:\n  name: {name}\n")
            .Append(ns is null ? "" : $"  namespace: {ns}\n")
            .Append("rules:\n");
        var rules = rows.SelectMany(row => row.List())
            .GroupBy(right => (right.Group, right.Resource))
            .Select(right => (right.Key.Group, right.Key.Resource, Verbs: string.Join(", ", right.Select(one => one.Verb).Distinct())))
            .GroupBy(rule => (rule.Group, rule.Verbs));
        foreach (var rule in rules)
        {
            text.Append($"- apiGroups: [\"{rule.Key.Group}\"]\n")
                .Append($"  resources: [{string.Join(", ", rule.Select(one => one.Resource == "*" ? "\"*\"" : one.Resource))}]\n")
                .Append($"  verbs: [{rule.Key.Verbs}]\n");
        }

        text.Append("```\n");
    }
}
