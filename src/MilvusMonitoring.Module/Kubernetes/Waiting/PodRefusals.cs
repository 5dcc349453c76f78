using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Watches for what controllers say of pods that they may not make.</summary>
/// <remarks>
/// Only what is said from now on counts: an older word may be about what has been mended since. A controller that is refused tries again
/// after as long as it has tried already.
/// </remarks>
internal sealed class PodRefusals(ClusterClient client, IActivitySink sink)
{
    /// <summary>The reason that ReplicaSet, StatefulSet and DaemonSet controllers give such events.</summary>
    public const string Reason = "FailedCreate";

    /// <summary>Tells of each refusal until it is cancelled.</summary>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="refused">Is given the workload and what the controller says.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task FollowAsync(string namespaceName, Action<ResourceId, string> refused, CancellationToken cancellationToken)
    {
        try
        {
            await new ObjectWatch(client)
                .FollowChangesAsync(
                    ResourceType.Event,
                    namespaceName,
                    $"fieldSelector=reason%3D{Reason}",
                    false,
                    () => { },
                    Observe,
                    cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            // Who may read workloads may not always read events: then the time has to run out.
            sink.Verbose(exception.Message);
        }

        void Observe(ReadOnlyMemory<byte> json)
        {
            if (
                !json.IsEmpty
                && JsonSlice.Parse(json) is var item
                && WorkloadOf(item) is { } workload
                && item.Text("message") is { } message)
            {
                refused(workload, message);
            }
        }
    }

    /// <summary>The workload that such an event is about; of a ReplicaSet the Deployment, whose name it has with a hash after it.</summary>
    public static ResourceId? WorkloadOf(JsonElement item)
    {
        var about = item.Member("involvedObject");
        return (about.Text("kind"), about.Text("name")) switch
        {
            ("ReplicaSet", { } name) when name.LastIndexOf('-') is > 0 and var end => new ResourceId(
                "apps",
                "Deployment",
                about.Text("namespace"),
                name[..end]),
            (("StatefulSet" or "DaemonSet") and var kind, { } name) => new ResourceId("apps", kind, about.Text("namespace"), name),
            _ => null,
        };
    }
}
