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
        if (id is not null)
        {
            context.Operator = Readiness.Evaluate(id, live).IsReady ? id : null;
            return await Workloads.CheckAsync(context, id, live, cancellationToken).ConfigureAwait(false);
        }

        context.Servers ??= await PrometheusCheck.ListServersAsync(context, cancellationToken).ConfigureAwait(false);
        return OperatorRule.DescribeMissing(
            DescribeTarget(context),
            context.Stack is { } stack ? context.Remedies.Install(stack) : null,
            hasServers: context.Servers.Count > 0);
    }
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
