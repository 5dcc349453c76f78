using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica has fresh samples of Milvus, with the labels that dashboards select.</summary>
internal sealed class SamplesCheck : ICheck
{
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(30);

    public string DescribeTarget(CheckContext context) => context.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Addresses.Count == 0 || context.Replicas is not { } replicas)
        {
            return null;
        }

        var answers = await ReplicaQuery
            .ListMergedAsync(replicas, api => api.ListAgesAsync(context.Addresses, cancellationToken))
            .ConfigureAwait(false);
        return SamplesRule.Evaluate(
            DescribeTarget(context),
            context.Interval ?? UsualInterval,
            answers,
            MilvusChart.Name,
            context.WriteWaitCommand(),
            context.WriteRepairCommand());
    }
}

/// <summary>Whether every replica has fresh samples with the labels that dashboards select.</summary>
internal static class SamplesRule
{
    /// <summary>The labels by which Milvus's dashboards select and group.</summary>
    public static IReadOnlyList<string> DashboardLabels { get; } =
        ["namespace", "pod", "app_kubernetes_io_name", "app_kubernetes_io_instance"];

    /// <param name="target">The Prometheus.</param>
    /// <param name="interval">The scrape interval of the targets.</param>
    /// <param name="replicas">The samples of each replica.</param>
    /// <param name="appName">The value of the label <c>app_kubernetes_io_name</c> that Milvus's dashboards select.</param>
    /// <param name="wait">The command that waits for the samples.</param>
    /// <param name="enable">The command that adds the labels.</param>
    public static Finding Evaluate(
        string target,
        TimeSpan interval,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<SampleAge>>> replicas,
        string appName,
        string wait,
        string enable)
    {
        var failure = ReplicaRule.FindFailure(target, replicas)
            ?? replicas
                .Select(replica => FindFailure(target, interval, replica, wait, enable))
                .FirstOrDefault(finding => finding is not null);
        if (failure is not null)
        {
            return failure;
        }

        var samples = ListNewest(replicas[0].Value!);
        var age = samples.Max(sample => sample.Age).TotalSeconds;
        var detail = $"the newest samples of {Quantity.Describe(samples.Count, "pod")} are {age:0.#} s old at most, "
            + $"on {Quantity.Describe(replicas.Count, "replica")}";
        var name = samples
            .Select(sample => sample.Labels.GetValueOrDefault("app_kubernetes_io_name"))
            .FirstOrDefault(name => name != appName);
        return name is null
            ? Finding.Passed(target, detail)
            : Finding.Warning(
                target,
                $"{detail}; app_kubernetes_io_name is '{name}', and the dashboard of Milvus shows '{appName}' only",
                Remedies.DescribeManual(
                    "Remove nameOverride from the values of the release, or change the dashboard's variable app_name."));
    }

    private static Finding? FindFailure(
        string target,
        TimeSpan interval,
        ReplicaAnswer<IReadOnlyList<SampleAge>> replica,
        string wait,
        string enable)
    {
        if (replica.Value!.Count == 0)
        {
            return Finding.Failed(
                target,
                $"{replica.Name} has no series of it: neither milvus_rootcoord_proxy_num, nor milvus_proxy_req_count, nor go_info",
                wait);
        }

        var newest = ListNewest(replica.Value);
        if (newest.MaxBy(sample => sample.Age) is { } oldest && oldest.Age > interval * 2)
        {
            var pod = oldest.Labels.GetValueOrDefault("pod");
            return Finding.Failed(
                target,
                $"the newest sample of pod {pod} on {replica.Name} is {oldest.Age.TotalSeconds:0} s old, "
                    + $"with an interval of {interval.TotalSeconds:0.#} s",
                Remedies.DescribeManual("See that the metrics of Milvus carry no timestamps of their own, and that the clocks agree."));
        }

        var lacking = DashboardLabels
            .Where(label => newest.Any(sample => string.IsNullOrEmpty(sample.Labels.GetValueOrDefault(label))))
            .ToList();
        if (lacking.Count == 0)
        {
            return null;
        }

        var noun = lacking.Count == 1 ? "label" : "labels";
        return Finding.Failed(
            target,
            $"series on {replica.Name} lack the {noun} {string.Join(", ", lacking)}, by which dashboards find them",
            enable);
    }

    /// <summary>
    /// Lists the newest sample of each pod: for five minutes after a change of a pod's labels, Prometheus also shows the series with the
    /// old ones.
    /// </summary>
    private static IReadOnlyList<SampleAge> ListNewest(IReadOnlyList<SampleAge> samples) =>
        [
            .. samples
                .GroupBy(sample => (sample.Labels.GetValueOrDefault("namespace"), sample.Labels.GetValueOrDefault("pod")))
                .Select(pod => pod.MinBy(sample => sample.Age)!),
        ];
}
