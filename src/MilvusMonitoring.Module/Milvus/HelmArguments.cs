using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// The arguments and variables of helm. Helm 3 and 4 read all of them alike; the flags in which they differ (<c>--atomic</c>,
/// <c>--force</c>, <c>--wait</c>, <c>--dry-run</c>) are not used.
/// </summary>
internal static class HelmArguments
{
    /// <summary>
    /// Writes the setting that has the chart render the ServiceMonitor, for <c>--set-json</c>.
    /// In JSON, unlike with <c>--set</c>, a label "true" or "1" stays text, and no name or value needs escapes.
    /// </summary>
    /// <param name="chart">The chart, which may be a subchart.</param>
    /// <param name="asked">The members of <c>metrics.serviceMonitor</c> to set.</param>
    public static string WriteSetting(MilvusChart chart, JsonObject asked) =>
        $"{chart.PathOf("metrics.serviceMonitor")}={asked.ToJsonString()}";

    /// <summary>
    /// Lists the arguments of the upgrade that has the chart render the ServiceMonitor, and changes nothing else.
    /// <c>--reuse-values</c> is used and not <c>--reset-then-reuse-values</c>: with the pinned version both give the chart's values, but a
    /// release that was upgraded from an older chart with <c>--reuse-values</c>, as on Milvus's page, runs on the values of that chart.
    /// </summary>
    /// <param name="chart">The release and its chart.</param>
    /// <param name="source">Where helm takes the chart from.</param>
    /// <param name="setting">The result of <see cref="WriteSetting"/>.</param>
    /// <param name="numbers">The numbers among the user's values that helm would change.</param>
    public static IReadOnlyList<string> ListForUpgrade(MilvusChart chart, ChartSource source, string setting, ExactNumbers numbers) =>
        [
            "upgrade",
            chart.Release,
            .. source.ListArguments(chart.Parent?.Name ?? MilvusChart.Name, chart.Parent?.Version ?? chart.ChartVersion),
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

    /// <summary>Lists the arguments by which helm uses the same cluster as the plan.</summary>
    /// <param name="kubeconfig">The kubeconfig files as in <c>KUBECONFIG</c>; null for a pod's service account, which helm finds by
    /// itself.</param>
    /// <param name="context">The context.</param>
    public static IReadOnlyList<string> ListForCluster(string? kubeconfig, string context)
    {
        if (kubeconfig is null)
        {
            return [];
        }

        // The name of one file may contain the separator.
        return kubeconfig.Contains(Path.PathSeparator, StringComparison.Ordinal) && !File.Exists(kubeconfig)
            ? ["--kube-context", context]
            : ["--kubeconfig", kubeconfig, "--kube-context", context];
    }

    /// <summary>
    /// Lists the variables that helm needs, and those that would lead helm to another cluster or change its output.
    /// </summary>
    /// <param name="names">The names of the variables of this process.</param>
    /// <param name="kubeconfig">The kubeconfig files as in <c>KUBECONFIG</c>; null for a pod's service account.</param>
    /// <param name="driver">Where helm keeps the records of the release: <c>secret</c> or <c>configmap</c>.</param>
    /// <returns>The variables to set; null values for those to remove.</returns>
    public static IReadOnlyDictionary<string, string?> GetVariables(IEnumerable<string> names, string? kubeconfig, string driver)
    {
        var variables = names
            .Where(name =>
                name.StartsWith("HELM_KUBE", StringComparison.OrdinalIgnoreCase)
                || name.Equals("HELM_NAMESPACE", StringComparison.OrdinalIgnoreCase)
                || name.Equals("HELM_DEBUG", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(name => name, _ => (string?)null, StringComparer.OrdinalIgnoreCase);
        variables["HELM_DRIVER"] = driver;
        // Only the variable can name several files. The argument for a single file takes precedence over the variable.
        variables["KUBECONFIG"] = kubeconfig;
        return variables;
    }

    /// <summary>Writes the command line for a POSIX shell.</summary>
    public static string WriteCommandLine(IEnumerable<string> arguments) =>
        "helm " + string.Join(' ', arguments.Select(Quote));

    /// <summary>Finds the revision in the output of <c>helm upgrade --output json</c>.</summary>
    public static int? FindRevision(ReadOnlyMemory<byte> output)
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

    // Quotes do not keep helm from reading a word as an option, so that an option may stand bare.
    private static string Quote(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
        && argument.All(character => char.IsAsciiLetter(character) || character == '-')
            ? argument
            : PowerShellText.Quote(argument);
}
