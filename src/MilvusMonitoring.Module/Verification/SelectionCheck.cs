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
        if (context.Monitor is not { } monitor || context.Servers is not { Count: > 0 } servers)
        {
            return null;
        }

        var (labels, denied) = await ReadNamespaceLabelsAsync(context, monitor, cancellationToken).ConfigureAwait(false);
        var candidates = servers.Select(server => new SelectionCandidate(server, FindRefusal(server, monitor, labels))).ToList();
        if (candidates.FirstOrDefault(candidate => candidate.Refusal is null) is { } selecting)
        {
            context.Prometheus = selecting.Server;
        }

        return SelectionRule.Evaluate(
            DescribeTarget(context),
            monitor.Id,
            candidates,
            denied,
            added => context.Settings is { } settings
                ? context.Remedies.Enable(context.InstanceName, context.InstanceNamespace, settings.WithLabels(added))
                : null);
    }

    private static PassedOver? FindRefusal(
        PrometheusServer server,
        LiveMonitor monitor,
        IReadOnlyDictionary<string, string>? namespaceLabels) =>
        MonitorSelection.FindRefusal(
            server.Json,
            monitor.Type.Kind,
            monitor.Metadata.Namespace!,
            monitor.Metadata.Labels,
            namespaceLabels);

    private static async Task<(IReadOnlyDictionary<string, string>? Labels, MonitoringException? Denied)> ReadNamespaceLabelsAsync(
        CheckContext context,
        LiveMonitor monitor,
        CancellationToken cancellationToken)
    {
        var namespaceName = monitor.Metadata.Namespace!;
        try
        {
            return (
                await PrometheusSelection.ReadLabelsAsync(context.Client, namespaceName, cancellationToken).ConfigureAwait(false),
                null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return (null, exception);
        }
    }
}

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
