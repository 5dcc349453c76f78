using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

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
            return InstanceRule.Evaluate(found, context.Remedies);
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
    private const string Healthy = "Healthy";

    public static Finding Evaluate(FoundInstance found, Remedies remedies)
    {
        var instance = found.Instance;
        var target = $"Milvus/{instance}";
        if (found.IsUnfinished && !(IsInterrupted(instance) && instance.RunningPods > 0))
        {
            return Finding.Failed(target, DescribeUnfinished(instance), DescribeRepair(found));
        }

        if (!instance.MetricsEnabled)
        {
            return DescribeMetricsOff(target, found, remedies);
        }

        if (found.IsUnfinished)
        {
            return Finding.Warning(target, $"{DescribeUnfinished(instance)}, and its pods run", DescribeRepair(found));
        }

        if (instance is { ManagedBy: MilvusManager.Helm, Status: LabelledInstances.Unknown })
        {
            return Finding.Unknown(target, "the record of its Helm release could not be read");
        }

        if (found.IsOperated && instance.Status != Healthy)
        {
            return Finding.Warning(target, $"the Milvus Operator says {instance.Status}");
        }

        return Finding.Passed(target, $"{DescribeHealth(instance)}, serves metrics");
    }

    private static bool IsInterrupted(MilvusInstance instance) =>
        instance.Status == "failed" || instance.Status.StartsWith("pending-", StringComparison.Ordinal);

    private static string DescribeHealth(MilvusInstance instance)
    {
        var other = instance.ManagedBy == MilvusManager.OtherChart ? $", another publisher's chart {instance.ChartVersion}" : string.Empty;
        var hasNoRecord = instance is { ManagedBy: MilvusManager.Helm, Revision: null };
        var record = hasNoRecord ? ", without a record of Helm in the cluster" : string.Empty;
        return $"{$"{instance.Mode} {instance.AppVersion}".TrimEnd()}, {instance.Status}{other}{record}";
    }

    private static string DescribeUnfinished(MilvusInstance instance)
    {
        var age = instance.UpdatedAt is { } time ? $" for {DisplayText.Age(DateTimeOffset.UtcNow - time)}" : string.Empty;
        return $"the Helm release is not deployed but {instance.Status}{age} (revision {instance.Revision})";
    }

    private static string DescribeRepair(FoundInstance found)
    {
        var release = PowerShellText.Quote(found.Chart?.Release ?? found.Instance.Name);
        var storage = PowerShellText.Quote(found.Instance.StorageNamespace ?? found.Instance.Namespace);
        return Remedies.DescribeManual(
            $"See helm history {release} --namespace {storage}, and repair the release "
                + (found.Owner?.Source is { } source ? $"in {source}." : "with helm upgrade or helm rollback."));
    }

    private static Finding DescribeMetricsOff(string target, FoundInstance found, Remedies remedies)
    {
        var instance = found.Instance;
        if (found.IsOperated)
        {
            return Finding.Failed(target, "spec.components.disableMetric is true", remedies.Enable(instance.Name, instance.Namespace));
        }

        if (found.Chart is not { } chart)
        {
            return Finding.Failed(
                target,
                "no Service has a port for metrics",
                Remedies.DescribeManual("Turn the metrics of Milvus on with the tool that installed it."));
        }

        var value = chart.PathOf("metrics.enabled");
        return Finding.Failed(
            target,
            $"{value} is false",
            Remedies.DescribeManual(
                found.Owner?.Source is { } source
                    ? $"Set {value}=true in the values of {source}."
                    : $"Give helm upgrade for the release {chart.Release} in namespace {instance.Namespace} the chart that it has, "
                        + $"--version {PowerShellText.Quote(chart.Parent?.Version ?? chart.ChartVersion)} --reuse-values "
                        + $"--set {PowerShellText.Quote(value + "=true")}."));
    }
}
