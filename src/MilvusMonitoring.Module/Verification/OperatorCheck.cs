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
            .FindAsync(context.Client, null, context.Stack?.Namespace, Selector, cancellationToken)
            .ConfigureAwait(false);
        if (id is not null)
        {
            context.Operator = Readiness.Evaluate(id, live).IsReady ? id : null;
            return await Workloads.CheckAsync(context, id, live, cancellationToken).ConfigureAwait(false);
        }

        context.Servers ??= await PrometheusCheck.ListServersAsync(context, cancellationToken).ConfigureAwait(false);
        return context.Stack is not null || context.Servers.Count == 0
            ? Finding.Failed(DescribeTarget(context), "there is no Prometheus operator", context.Remedies.Install(context.Stack))
            : Finding.Unknown(
                DescribeTarget(context),
                "no Deployment has the usual labels of a Prometheus operator, while there are Prometheus resources");
    }
}
