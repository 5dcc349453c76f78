using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>A Prometheus selects the monitor.</summary>
internal sealed class SelectionCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => context.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.HasOnlyAddress)
        {
            return Finding.Skipped(DescribeTarget(context), "no Prometheus resource selects monitors; the given address is asked");
        }

        if (context is { Monitor: null, Jobs.Count: > 0 })
        {
            return Finding.Passed(DescribeTarget(context), $"needs no monitor for {JobSearch.Describe(context.Jobs)}");
        }

        if (context.Monitor is null || context.Servers is not { Count: > 0 } servers)
        {
            return null;
        }

        var places = await ReadNamespacesAsync(context).ConfigureAwait(false);
        PassedOver? FindRefusal(PrometheusServer server, LiveMonitor monitor) => MonitorSelection.FindRefusal(
            server.Json,
            monitor.Type.Kind,
            monitor.Metadata.Namespace!,
            monitor.Metadata.Labels,
            places.Labels.GetValueOrDefault(monitor.Metadata.Namespace!));

        if (context.Candidates.FirstOrDefault(monitor => servers.Any(server => FindRefusal(server, monitor) is null)) is { } selected)
        {
            context.Monitor = selected;
            context.Prometheus = servers.First(server => FindRefusal(server, selected) is null);
            var rule = await context.GetReachRuleAsync().ConfigureAwait(false);
            context.Selected = rule.Choose(
            [
                selected,
                .. context.Candidates.Where(monitor => monitor != selected && FindRefusal(context.Prometheus, monitor) is null),
            ]);
        }

        var first = context.Monitor;
        var finding = SelectionRule.Evaluate(
            DescribeTarget(context),
            first.Id,
            [.. servers.Select(server => new SelectionCandidate(server, FindRefusal(server, first)))],
            places.Denied,
            added => context.Settings is { } settings
                ? context.WriteEnableCommand(settings.WithLabels(added))
                : null);
        if (finding.Status != CheckStatus.Failed || context.Request.Monitor is not null)
        {
            return finding;
        }

        context.Jobs = await JobSearch.ListAsync(context).ConfigureAwait(false);
        return context.Jobs.Count == 0
            ? finding
            : Finding.Passed(finding.Target, $"{finding.Detail}; it scrapes the Milvus by {JobSearch.Describe(context.Jobs)}");
    }

    private static async Task<NamespaceLabels> ReadNamespacesAsync(CheckContext context)
    {
        var labels = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        try
        {
            foreach (var place in context.Candidates.Select(monitor => monitor.Metadata.Namespace!).Distinct(StringComparer.Ordinal))
            {
                labels[place] = await context.Reads.ReadLabelsAsync(place).ConfigureAwait(false);
            }

            return new NamespaceLabels(labels, null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return new NamespaceLabels(labels, exception);
        }
    }
}

/// <summary>The labels of namespaces.</summary>
/// <param name="Labels">The labels of each namespace.</param>
/// <param name="Denied">Why some could not be read; null if all were read.</param>
internal sealed record NamespaceLabels(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Labels,
    MonitoringException? Denied);

/// <summary>A Prometheus that may select a monitor.</summary>
/// <param name="Server">The Prometheus.</param>
/// <param name="Refusal">Why it does not select the monitor; null if it does.</param>
internal sealed record SelectionCandidate(PrometheusServer Server, PassedOver? Refusal);

/// <summary>Whether any Prometheus selects a monitor.</summary>
internal static class SelectionRule
{
    /// <param name="target">The Prometheus to check.</param>
    /// <param name="monitor">The monitor.</param>
    /// <param name="candidates">The Prometheus resources.</param>
    /// <param name="denied">Why the labels of the monitor's namespace could not be read; null if they were read.</param>
    /// <param name="enable">Writes the command that adds labels to the monitor; its result is null if no command can.</param>
    public static Finding Evaluate(
        string target,
        ResourceId monitor,
        IReadOnlyList<SelectionCandidate> candidates,
        MonitoringException? denied,
        Func<IReadOnlyDictionary<string, string>, string?> enable)
    {
        var selecting = candidates.Where(candidate => candidate.Refusal is null).Select(candidate => candidate.Server.ToString()).ToList();
        if (selecting.Count > 0)
        {
            var others = selecting.Count == 1
                ? string.Empty
                : $", and so does {string.Join(", ", selecting.Skip(1))}, which is not checked";
            return Finding.Passed(selecting[0], $"selects {monitor}{others}");
        }

        var detail = string.Join(", ", candidates.Select(candidate => $"{candidate.Server} {candidate.Refusal!.Reason}"));
        if (denied is not null)
        {
            var unknown = Finding.FromError(CheckStatus.Unknown, target, denied);
            return unknown with { Detail = $"{detail}; {unknown.Detail}" };
        }

        var labels = candidates.Select(candidate => candidate.Refusal!.Labels).FirstOrDefault(labels => labels.Count > 0);
        return Finding.Failed(target, $"does not select {monitor}: {detail}", DescribeRemedy(target, monitor, labels, enable));
    }

    private static string DescribeRemedy(
        string target,
        ResourceId monitor,
        IReadOnlyDictionary<string, string>? labels,
        Func<IReadOnlyDictionary<string, string>, string?> enable)
    {
        if (labels is null)
        {
            return Remedies.DescribeManual(
                $"Change the selectors of {target}, or add to Namespace/{monitor.Namespace} the labels that {target} selects.");
        }

        return enable(labels)
            ?? Remedies.DescribeManual(
                $"Add the labels {string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"))} to {monitor}.");
    }
}
