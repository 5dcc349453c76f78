using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Watches the events of controllers that cannot create pods.</summary>
/// <remarks>
/// Only new events count: the cause of an older event may be gone. A refused controller tries again after as long as it has been trying.
/// </remarks>
internal sealed class PodRefusals(ClusterClient client, IActivitySink sink)
{
    /// <summary>The reason of such events from ReplicaSet, StatefulSet and DaemonSet controllers.</summary>
    public const string Reason = "FailedCreate";

    /// <summary>Reports each refusal until the cancellation.</summary>
    /// <param name="refused">Receives the workload and the message of the event.</param>
    public async Task FollowAsync(string namespaceName, Action<ResourceId, string> refused, CancellationToken cancellationToken)
    {
        try
        {
            var selector = $"fieldSelector=reason%3D{Reason}";
            var watch = new ObjectWatch(client);
            await watch.FollowChangesAsync(
                ResourceType.Event,
                namespaceName,
                selector,
                metadataOnly: false,
                () => { },
                Observe,
                cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            // A user who may read workloads may lack the permission for events. The wait then lasts until its time is over.
            sink.Verbose(exception.Message);
        }

        void Observe(ReadOnlyMemory<byte> json)
        {
            if (json.IsEmpty)
            {
                return;
            }

            var item = JsonSlice.Parse(json);
            if (FindWorkload(item) is { } workload && item.Text("message") is { } message)
            {
                refused(workload, message);
            }
        }
    }

    /// <summary>Finds the workload of an event. The name of a ReplicaSet is the name of its Deployment with a hash after it.</summary>
    public static ResourceId? FindWorkload(JsonElement item)
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
