using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Stacks;

/// <summary>What a Prometheus operator takes care of, by the arguments of its container.</summary>
/// <param name="Namespaces">The namespaces that it watches; empty for all.</param>
/// <param name="Denied">The namespaces that it leaves out of all.</param>
/// <param name="Instances">The namespaces whose Prometheus resources it runs; empty for those that it watches.</param>
/// <param name="ControllerId">The id that a resource has to name in an annotation; null for resources that name none.</param>
internal sealed partial record OperatorReach(
    IReadOnlyList<string> Namespaces,
    IReadOnlyList<string> Denied,
    IReadOnlyList<string> Instances,
    string? ControllerId)
{
    /// <summary>The annotation by which a resource names its operator.</summary>
    public const string ControllerIdAnnotation = "operator.prometheus.io/controller-id";

    /// <summary>Reads the arguments of the operator's container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="template">The template of its pod, whose annotations a variable may hold.</param>
    /// <param name="home">The namespace of the operator.</param>
    public static OperatorReach Read(JsonElement container, JsonElement template, string home)
    {
        var arguments = container.Texts("command").Concat(container.Texts("args")).Select(Expand).ToList();
        return new OperatorReach(
            ListValues("namespaces"),
            ListValues("deny-namespaces"),
            ListValues("prometheus-instance-namespaces"),
            ListValues("controller-id").FirstOrDefault());

        string Expand(string argument) => Variable().Replace(argument, match => FindVariable(match.Groups[1].Value) ?? match.Value);

        string? FindVariable(string name)
        {
            var variable = container.Items("env").FirstOrDefault(item => item.Text("name") == name);
            var path = variable.Member("valueFrom", "fieldRef").Text("fieldPath");
            return path switch
            {
                null => variable.Text("value"),
                "metadata.namespace" => home,
                _ when Annotation().Match(path) is { Success: true } match =>
                    template.Member("metadata").TextMap("annotations").GetValueOrDefault(match.Groups[1].Value),
                _ => null,
            };
        }

        // Go's flags take one dash or two, and a value after "=" or as the next argument.
        List<string> ListValues(string flag) =>
        [
            .. arguments
                .SelectMany((argument, index) => ReadFlag(argument, index, flag))
                .SelectMany(value => value.Split(','))
                .Select(value => value.Trim())
                .Where(value => value.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];

        IEnumerable<string> ReadFlag(string argument, int index, string flag)
        {
            var name = argument.StartsWith("--", StringComparison.Ordinal) ? argument[2..] : argument.TrimStart('-');
            if (!argument.StartsWith('-'))
            {
                return [];
            }

            if (name == flag)
            {
                return arguments.Skip(index + 1).Take(1);
            }

            return name.StartsWith(flag + "=", StringComparison.Ordinal) ? [name[(flag.Length + 1)..]] : [];
        }
    }

    /// <summary>Whether the operator runs the Prometheus resources of a namespace.</summary>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="controllerId">The id in the resource's annotation; null for none.</param>
    public bool Runs(string namespaceName, string? controllerId)
    {
        if ((ControllerId ?? string.Empty) != (controllerId ?? string.Empty))
        {
            return false;
        }

        return Instances.Count > 0 ? Instances.Contains(namespaceName) : Watches(namespaceName);
    }

    private bool Watches(string namespaceName) =>
        Namespaces.Count > 0 ? Namespaces.Contains(namespaceName) : !Denied.Contains(namespaceName);

    [GeneratedRegex(@"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^metadata\.annotations\['(.+)'\]$")]
    private static partial Regex Annotation();
}
