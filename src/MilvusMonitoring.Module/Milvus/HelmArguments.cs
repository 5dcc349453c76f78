using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// What helm is called with. Helm 3 and 4 take all of this alike; where they differ (<c>--atomic</c>, <c>--force</c>, <c>--wait</c>,
/// <c>--dry-run</c>) nothing is used.
/// </summary>
internal static class HelmArguments
{
    /// <summary>
    /// The setting that has the chart render the ServiceMonitor, for <c>--set-json</c>.
    /// As JSON, and not by <c>--set</c>: so that a label "true" or "1" stays text, and no name or value needs escapes.
    /// </summary>
    /// <param name="asked">The members of <c>metrics.serviceMonitor</c> to set.</param>
    public static string Setting(JsonObject asked) => "metrics.serviceMonitor=" + asked.ToJsonString();

    /// <summary>
    /// The upgrade that has the chart render the ServiceMonitor, and changes nothing else.
    /// <c>--reuse-values</c> and not <c>--reset-then-reuse-values</c>: of the pinned version both give the chart's values, but a release
    /// that came here from an older chart by <c>--reuse-values</c>, as Milvus's page does it, runs on that chart's.
    /// </summary>
    /// <param name="chart">The release and its chart.</param>
    /// <param name="source">Where the chart is taken from.</param>
    /// <param name="setting">What <see cref="Setting"/> gives.</param>
    /// <param name="numbers">What of the user's values has to be given again.</param>
    public static IReadOnlyList<string> Upgrade(MilvusChart chart, ChartSource source, string setting, ExactNumbers numbers) =>
        [
            "upgrade",
            chart.Release,
            .. source.Arguments(chart.ChartVersion),
            "--namespace",
            chart.Namespace,
            "--reuse-values",
            "--output",
            "json",
            "--set-json",
            setting,
            .. numbers.Settings.SelectMany(number => (string[])["--set", number]),
            .. numbers.Input is null ? Array.Empty<string>() : ["--values", "-"],
        ];

    /// <summary>The arguments that lead helm to the cluster which was checked.</summary>
    /// <param name="kubeconfig">The kubeconfig files as in <c>KUBECONFIG</c>; null for a pod's service account, which helm finds by
    /// itself.</param>
    /// <param name="context">The context.</param>
    public static IReadOnlyList<string> Cluster(string? kubeconfig, string context) =>
        kubeconfig is null ? []
        : kubeconfig.Contains(Path.PathSeparator, StringComparison.Ordinal) ? ["--kube-context", context]
        : ["--kubeconfig", kubeconfig, "--kube-context", context];

    /// <summary>
    /// The variables of helm that would lead it elsewhere or change what it says, all taken away, and those that it needs.
    /// </summary>
    /// <param name="names">The names of the variables of this process.</param>
    /// <param name="kubeconfig">The kubeconfig files as in <c>KUBECONFIG</c>; null for a pod's service account.</param>
    /// <param name="driver">Where helm keeps the records of the release: <c>secret</c> or <c>configmap</c>.</param>
    /// <returns>The variables to set, and with null those to take away.</returns>
    public static IReadOnlyDictionary<string, string?> Environment(IEnumerable<string> names, string? kubeconfig, string driver)
    {
        var variables = names
            .Where(name =>
                name.StartsWith("HELM_KUBE", StringComparison.OrdinalIgnoreCase)
                || name.Equals("HELM_NAMESPACE", StringComparison.OrdinalIgnoreCase)
                || name.Equals("HELM_DEBUG", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(name => name, _ => (string?)null, StringComparer.OrdinalIgnoreCase);
        variables["HELM_DRIVER"] = driver;
        // Several files fit into the variable only; the argument, for one file, goes before it.
        variables["KUBECONFIG"] = kubeconfig;
        return variables;
    }

    /// <summary>The command line as a person would type it into a POSIX shell.</summary>
    public static string Describe(IEnumerable<string> arguments) =>
        "helm "
        + string.Join(
            ' ',
            arguments.Select(argument =>
                argument.All(character => char.IsAsciiLetterOrDigit(character) || "-_./:=@,+".Contains(character, StringComparison.Ordinal))
                    ? argument
                    : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    /// <summary>The revision that <c>helm upgrade --output json</c> tells; null where it tells none.</summary>
    public static int? RevisionOf(ReadOnlyMemory<byte> output)
    {
        try
        {
            var revision = Json.JsonSlice.Parse(output, "version");
            return revision.ValueKind == JsonValueKind.Number && revision.TryGetInt32(out var number) ? number : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
