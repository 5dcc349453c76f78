namespace MilvusMonitoring.Milvus;

/// <summary>Finds what a Milvus lacks for a monitor of its own, from its objects alone.</summary>
internal static class MonitorRefusal
{
    /// <summary>Finds why no monitor can be made, with what to do about it; null if nothing is in the way.</summary>
    /// <param name="found">The Milvus. That of the Milvus Operator lacks nothing: the Operator makes the monitor.</param>
    public static MonitoringException? Find(FoundInstance found)
    {
        if (found.IsOperated)
        {
            return null;
        }

        if (found.Chart is { } chart)
        {
            return found.Objects is null || found.Objects.Services.Any(service => IsSelected(service, chart))
                ? null
                : ReleaseChecks.CreateNoService(found, chart);
        }

        if (found.Instance.ManagedBy == MilvusManager.OtherChart)
        {
            return new MonitoringException(
                ErrorId.InstanceNotSupported,
                $"Milvus {found.Instance} was installed by another publisher's chart {found.Instance.ChartVersion}, and has no monitor",
                "turn the ServiceMonitor on in the values of that chart, by the name that its documentation gives",
                found.Instance.ToString());
        }

        if (found.Objects is not { } objects)
        {
            return CreateNoObjects(found);
        }

        return FittedMonitor.FindProblem(objects) is var (reason, remedy)
            ? new MonitoringException(ErrorId.ObjectNotFound, reason, remedy, found.Instance.ToString())
            : null;
    }

    public static MonitoringException CreateNoObjects(FoundInstance found) => new(
        ErrorId.ObjectNotFound,
        $"Milvus {found.Instance} has no Service that could be read",
        "check that its Services exist, and that you are allowed to list them",
        found.Instance.ToString());

    private static bool IsSelected(MilvusService service, MilvusChart chart) =>
        service.Namespace == chart.Namespace
        && chart.ServiceLabels.All(label => service.Labels.GetValueOrDefault(label.Key) == label.Value)
        && service.Ports.Any(port => port.Name == MilvusChart.MetricsPort);
}
