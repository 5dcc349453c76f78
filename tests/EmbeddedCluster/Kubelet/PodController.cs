using System.Text.Json.Nodes;
using EmbeddedCluster.Controllers;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Kubelet;

/// <summary>Starts pods and stops them, and ends what is connected to those that stopped.</summary>
internal sealed class PodController(ClusterState state, ControllerWriter writer, ControllerLoop loop) : IController
{
    private const string Manager = "kubelet";

    private readonly ResourceKind _pod = writer.Kind("v1", "Pod");

    public void Observe(StoreEvent change)
    {
        if (change.Resource != _pod.Id)
        {
            return;
        }

        var pod = change.Object;
        switch (change.Type)
        {
            case StoreEventType.Deleted when state.Options.PodStopDelay > TimeSpan.Zero && PodRuns.IsRunning(pod.ReadRest()):
                // Deleted by force: its containers take their time all the same.
                loop.After(state.Options.PodStopDelay, () => state.Pods.End(pod.Uid));
                break;
            case StoreEventType.Deleted:
                state.Pods.End(pod.Uid);
                break;
            case StoreEventType.Added when IsUnscheduled(pod.ReadRest()):
                break;
            case StoreEventType.Added when state.Options.Controllers:
                Start(pod);
                break;
            case StoreEventType.Modified when state.Options.Controllers && pod.IsTerminating && change.Previous is { IsTerminating: false }:
                loop.After(state.Options.PodStopDelay, () => Stop(pod));
                break;
            case StoreEventType.Modified when !PodRuns.IsRunning(pod.ReadRest()):
                state.Pods.End(pod.Uid);
                break;
            default:
                break;
        }
    }

    /// <summary>The node has no labels, so that it takes no pod that asks for some; those of controllers have their node already.</summary>
    private static bool IsUnscheduled(JsonObject rest) =>
        rest.At("spec.nodeName") is null && rest.At("spec.nodeSelector") is JsonObject { Count: > 0 };

    public void Settle()
    {
        // Everything is done as it is seen.
    }

    private void Start(StoredObject pod)
    {
        Update(pod, value => PodFactory.SetStatus(value, ready: false));
        loop.After(DelayOf(pod), () => Update(pod, value =>
        {
            if (value.At("metadata.deletionTimestamp") is null)
            {
                PodFactory.SetStatus(value, ready: true);
            }
        }));
    }

    private void Stop(StoredObject pod)
    {
        Update(pod, PodFactory.SetStopped);
        loop.After(state.Options.PodRemovalDelay, () => writer.Delete(_pod, pod, graceful: false));
    }

    private void Update(StoredObject pod, Action<JsonObject> change) => writer.Update(_pod, pod, Manager, "status", value =>
    {
        change(value);
        return true;
    });

    /// <summary>The delay of the nearest owner that has one of its own.</summary>
    private TimeSpan DelayOf(StoredObject pod)
    {
        var unset = TimeSpan.FromTicks(-2);
        var item = pod;
        var kind = "Pod";
        while (true)
        {
            var own = state.Readiness.For(kind, item.Namespace, item.Name, unset);
            if (own != unset)
            {
                return own;
            }

            if (item.Owners.FirstOrDefault(each => each.Controls) is not { } owner)
            {
                return state.Options.ReadyDelay;
            }

            kind = owner.Kind;
            var resource = state.Kinds.Served.FirstOrDefault(each => each.Kind == owner.Kind && each.IsStored)?.Id;
            if (resource is null || state.Store.Find(resource.Value, item.Namespace, owner.Name) is not { } found)
            {
                return state.Readiness.For(kind, item.Namespace, owner.Name, state.Options.ReadyDelay);
            }

            item = found;
        }
    }
}
