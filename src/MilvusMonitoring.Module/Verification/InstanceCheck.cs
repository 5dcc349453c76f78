using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>The Milvus is in the cluster, deployed, and serves metrics.</summary>
internal sealed class InstanceCheck : ICheck
{
    public string DescribeTarget(CheckContext context) =>
        $"Milvus/{context.Found?.Instance.Namespace ?? context.Request.Namespace ?? "*"}/{context.InstanceName}";

    public Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken) => Task.FromResult(Evaluate(context));

    private Finding? Evaluate(CheckContext context)
    {
        if (context.Found is { } found)
        {
            return InstanceRule.Evaluate(found.Instance, context.Remedies);
        }

        if (context.NotFound is not { } error)
        {
            return null;
        }

        return context.HasNoInstance
            ? Finding.Failed(DescribeTarget(context), OneLine.TrimPunctuation(error.Message), context.Remedies.Instances()) with
            {
                ErrorId = error.ErrorId,
            }
            : Finding.FromError(CheckStatus.Unknown, DescribeTarget(context), error);
    }
}

/// <summary>Whether a Milvus is deployed and serves metrics.</summary>
internal static class InstanceRule
{
    public static Finding Evaluate(MilvusInstance instance, Remedies remedies)
    {
        var target = $"Milvus/{instance}";
        if (instance.ManagedBy == MilvusManager.Helm && instance.Status != "deployed")
        {
            return Finding.Failed(
                target,
                $"the Helm release is not deployed but {instance.Status} (revision {instance.Revision})",
                Remedies.DescribeManual(
                    $"See helm history {PowerShellText.Quote(instance.Name)} --namespace {PowerShellText.Quote(instance.Namespace)}, "
                        + "and repair the release with helm upgrade or helm rollback."));
        }

        if (!instance.MetricsEnabled)
        {
            return DescribeMetricsOff(target, instance, remedies);
        }

        return instance.ManagedBy == MilvusManager.Operator && instance.Status != "Healthy"
            ? Finding.Warning(target, $"the Milvus Operator says {instance.Status}")
            : Finding.Passed(target, $"{instance.Mode} {instance.AppVersion}, {instance.Status}, serves metrics");
    }

    private static Finding DescribeMetricsOff(string target, MilvusInstance instance, Remedies remedies) =>
        instance.ManagedBy == MilvusManager.Helm
            ? Finding.Failed(
                target,
                "metrics.enabled is false",
                Remedies.DescribeManual(
                    $"Set metrics.enabled=true in the values of the release {instance.Name} in namespace {instance.Namespace}: "
                        + "with helm upgrade, the chart that the release has, "
                        + $"--version {PowerShellText.Quote(instance.ChartVersion ?? "of that chart")} and --reuse-values."))
            : Finding.Failed(target, "spec.components.disableMetric is true", remedies.Enable(instance.Name, instance.Namespace));
}
