using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>The Prometheus operator runs, so that it turns a new monitor into configuration. <see cref="WorkloadRule"/> decides.</summary>
internal sealed class OperatorCheck : ICheck
{
    // The name in kube-prometheus, and in the chart kube-prometheus-stack.
    public const string Selector =
        "labelSelector=app.kubernetes.io%2Fname%20in%20(prometheus-operator%2Ckube-prometheus-stack-prometheus-operator)";

    public string DescribeTarget(CheckContext context) =>
        $"Deployment/{context.Stack?.Namespace ?? PrometheusChoice.UsualNamespace}/prometheus-operator";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var (id, live) = await Workloads
            .FindAsync(context.Client, null, context.Stack?.Namespace, Selector, context.Owns, cancellationToken)
            .ConfigureAwait(false);
        if (id is null)
        {
            (id, live) = await FindByImageAsync(context, cancellationToken).ConfigureAwait(false);
        }

        if (id is not null)
        {
            context.Operator = Readiness.Evaluate(id, live).IsReady ? id : null;
            context.Operators = [live];
            return await Workloads.CheckAsync(context, id, live, cancellationToken).ConfigureAwait(false);
        }

        if (context.Request.PrometheusUris.Count > 0 && context.Stack is null)
        {
            return Finding.Skipped(DescribeTarget(context), "no Prometheus operator was found; the server at the given address is asked");
        }

        context.Servers ??= await PrometheusCheck.ListServersAsync(context, cancellationToken).ConfigureAwait(false);
        var readers = context.Servers.Count == 0 && context.Stack is null
            ? await context.ListReadersAsync(cancellationToken).ConfigureAwait(false)
            : [];
        return readers.Count > 0
            ? Finding.Skipped(
                DescribeTarget(context),
                $"there is no Prometheus operator; these scrape in this cluster: {string.Join(", ", readers)}")
            : OperatorRule.DescribeMissing(
                DescribeTarget(context),
                context.Stack is { } stack ? context.Remedies.Install(stack) : null,
                hasServers: context.Servers.Count > 0);
    }

    /// <summary>Finds an operator by its image: OLM and some platforms give it labels of their own.</summary>
    private static async Task<(ResourceId? Id, JsonElement Live)> FindByImageAsync(
        CheckContext context,
        CancellationToken cancellationToken)
    {
        var all = await ListDeploymentsAsync(context.Client, cancellationToken).ListIfPermittedAsync(context.Sink).ConfigureAwait(false);
        var live = all.FirstOrDefault(deployment => OperatorScope.FindContainer(deployment) is not null);
        var metadata = live.Member("metadata");
        return metadata.Text("name") is { } name
            ? (ResourceType.Deployment.IdOf(metadata.Text("namespace"), name), live)
            : (null, default);
    }

    private static async Task<IReadOnlyList<JsonElement>> ListDeploymentsAsync(ClusterClient client, CancellationToken cancellationToken) =>
        await client
            .ListAsync(ResourceType.Deployment, null, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
}

/// <summary>What follows from an operator that is not there.</summary>
internal static class OperatorRule
{
    /// <param name="target">What was searched for.</param>
    /// <param name="install">What installs the operator of this module's stack; null if there is no such stack.</param>
    /// <param name="hasServers">Whether there are Prometheus resources.</param>
    public static Finding DescribeMissing(string target, string? install, bool hasServers)
    {
        if (install is null && hasServers)
        {
            return Finding.Unknown(
                target,
                "no Deployment has the usual labels of a Prometheus operator, while there are Prometheus resources");
        }

        return Finding.Failed(
            target,
            "there is no Prometheus operator",
            install ?? Remedies.DescribeManual(
                "The CRDs of the operator are there: start the operator, or find out what else reads ServiceMonitors in this cluster."));
    }
}
