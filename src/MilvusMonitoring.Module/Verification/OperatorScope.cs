using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Verification;

/// <summary>The namespaces in which a Prometheus operator looks for monitors and for Prometheus resources.</summary>
internal static partial class OperatorScope
{
    /// <summary>Finds the operator's container in a Deployment, by its image; undefined if the Deployment is no operator.</summary>
    public static JsonElement? FindContainer(JsonElement deployment)
    {
        foreach (var container in deployment.Member("spec", "template").Member("spec").Items("containers"))
        {
            if (OperatorImage().IsMatch(container.Text("image") ?? string.Empty))
            {
                return container;
            }
        }

        return null;
    }

    /// <summary>Finds why an operator does not see a monitor or its Prometheus; null if nothing keeps the operator from it.</summary>
    /// <param name="deployment">The operator.</param>
    /// <param name="monitorNamespace">The namespace of the monitor.</param>
    /// <param name="prometheusNamespace">The namespace of the Prometheus resource.</param>
    public static string? FindGap(JsonElement deployment, string monitorNamespace, string prometheusNamespace)
    {
        var first = deployment.Member("spec", "template").Member("spec").Items("containers").FirstOrDefault();
        var flags = ReadFlags(FindContainer(deployment) ?? first);
        var watched = flags.GetValueOrDefault("namespaces") ?? [];
        var denied = flags.GetValueOrDefault("deny-namespaces") ?? [];
        var instances = flags.GetValueOrDefault("prometheus-instance-namespaces") ?? [];
        if (watched.Count > 0 && !watched.Contains(monitorNamespace))
        {
            return $"watches the namespaces {string.Join(", ", watched)} only (--namespaces), and not {monitorNamespace}";
        }

        if (denied.Contains(monitorNamespace))
        {
            return $"does not watch the namespace {monitorNamespace} (--deny-namespaces)";
        }

        return instances.Count > 0 && !instances.Contains(prometheusNamespace)
            ? $"serves Prometheus resources in {string.Join(", ", instances)} only (--prometheus-instance-namespaces)"
            : null;
    }

    /// <summary>
    /// Reads the flags of a container. Both <c>--flag=value</c> and <c>--flag value</c> are usual; a flag may occur twice.
    /// </summary>
    private static Dictionary<string, List<string>> ReadFlags(JsonElement container)
    {
        var flags = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        string? open = null;
        foreach (var word in container.Texts("command").Concat(container.Texts("args")))
        {
            if (!word.StartsWith('-'))
            {
                Add(open, word);
                open = null;
                continue;
            }

            var parts = word.TrimStart('-').Split('=', 2);
            open = parts.Length == 1 ? parts[0] : null;
            Add(parts[0], parts.ElementAtOrDefault(1));
        }

        return flags;

        void Add(string? flag, string? values)
        {
            if (flag is not null && values is not null)
            {
                flags.TryAdd(flag, []);
                flags[flag].AddRange(values.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            }
        }
    }

    [GeneratedRegex("(^|/)(prometheus-operator|mirrored-prometheus-operator-prometheus-operator)(:|@|$)", RegexOptions.None, 1000)]
    private static partial Regex OperatorImage();
}
