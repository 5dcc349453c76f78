using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// Finds and deletes the ServiceMonitors of an instance: those of its Helm release, whether helm or this module has made them. Others'
/// stay.
/// </summary>
internal sealed class MonitorRemover(ClusterClient client, IActivitySink sink, MonitorReader reader)
{
    /// <summary>Finds the monitors of an instance; also of one that is gone, since helm leaves behind what it has not made.</summary>
    /// <exception cref="MonitoringException">Neither an instance nor a monitor of one has that name, or several namespaces have
    /// one.</exception>
    public async Task<(FoundInstance? Found, IReadOnlyList<LiveMonitor> Monitors)> FindAsync(
        string name,
        string? namespaceName,
        CancellationToken cancellationToken)
    {
        FoundInstance? found = null;
        MonitoringException? missing = null;
        try
        {
            found = await new InstanceFinder(client, sink).FindOneAsync(name, namespaceName, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.InstanceNotFound)
        {
            missing = exception;
        }

        var monitors = (await reader.ListAsync(found?.Instance.Namespace ?? namespaceName, cancellationToken).ConfigureAwait(false))
            .Where(monitor => monitor.Instance == name)
            .ToList();
        var places = monitors.Select(monitor => monitor.Metadata.Namespace).Distinct().ToList();
        return (missing, places.Count) switch
        {
            (not null, 0) => throw missing,
            (_, > 1) => throw new MonitoringException(
                ErrorId.InstanceAmbiguous,
                $"There is a monitor of '{name}' in each of several namespaces: {string.Join(", ", places)}",
                "say which one with -Namespace",
                name),
            _ => (found, monitors),
        };
    }

    /// <summary>Why a monitor is left alone; null where it may be deleted.</summary>
    public static string? FindRefusal(LiveMonitor monitor, string release) =>
        monitor.Type.Kind == "PodMonitor"
            ? "the Milvus Operator keeps it; set spec.components.disableMetric of the Milvus resource to true, which also turns its metrics off"
        : monitor.IsOfRelease(release) ? null
        : "it does not belong to the Helm release; delete it with what made it";

    /// <summary>Deletes a monitor.</summary>
    public async Task DeleteAsync(FoundInstance? found, LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var answer = await client.DeleteAsync(monitor.Type, monitor.Id, monitor.Metadata.Uid, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } refusal)
        {
            throw ClusterErrors.From(refusal, $"delete {monitor.Id}", monitor.Id.ToString());
        }

        if (found is { Instance: { MonitorInValues: true } instance } && instance.MonitorName == monitor.Metadata.Name)
        {
            sink.Warning(
                $"The values of the Helm release {instance} still ask for {monitor.Id}, so that the next helm upgrade brings it back; to prevent that, pass to helm upgrade: --version {instance.ChartVersion} --reuse-values --set metrics.serviceMonitor.enabled=false"
            );
        }
    }
}
