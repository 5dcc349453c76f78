using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Objects;

/// <summary>Deletes objects, or marks them when something still has to be done first.</summary>
internal sealed class Deletions(ClusterState state)
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";
    public const string CustomResourceCleanup = "customresourcecleanup.apiextensions.k8s.io";

    /// <returns>Done is false when another writer came in between. What is left is null when the object is gone.</returns>
    public (bool Done, StoredObject? Left) TryDelete(
        ResourceKind kind,
        StoredObject live,
        string? propagation,
        bool dryRun = false,
        bool graceful = true)
    {
        var value = live.Read(kind.ApiVersion, kind.Kind);
        AddFinalizers(kind, value.Child("metadata"), propagation);
        if (kind is { Group: "", Kind: "Pod" })
        {
            SetGracePeriod(value.Child("metadata"), graceful);
        }

        if (!Mutations.IsHeld(kind, value))
        {
            return dryRun ? (true, null) : (state.Store.TryRemove(kind.Id, live) is not null, null);
        }

        Mark(kind, value);
        var draft = StoredObject.Prepare(value);
        if (draft.SaysTheSameAs(live))
        {
            return (true, live);
        }

        var left = dryRun ? draft.Uncommitted() : state.Store.TryReplace(kind.Id, live, draft);
        return (left is not null, left);
    }

    private static void AddFinalizers(ResourceKind kind, JsonObject metadata, string? propagation)
    {
        // On a second delete the policy of the first stands.
        var isFirst = metadata["deletionTimestamp"] is null;
        var added = propagation switch
        {
            "Foreground" when isFirst => Foreground,
            "Orphan" when isFirst => Orphan,
            _ => null,
        };
        if (added is not null && kind is not { Group: "", Kind: "Namespace" })
        {
            Add(metadata, added);
        }

        if (isFirst && kind.Kind == "CustomResourceDefinition")
        {
            Add(metadata, CustomResourceCleanup);
        }
    }

    /// <summary>A pod that is being deleted stays until its node says that it has stopped, by deleting it without grace.</summary>
    private void SetGracePeriod(JsonObject metadata, bool graceful)
    {
        var grace = state.Options.PodStopDelay + state.Options.PodRemovalDelay;
        if (!graceful)
        {
            metadata["deletionGracePeriodSeconds"] = 0L;
        }
        else if (state.Options.Controllers && grace > TimeSpan.Zero && metadata["deletionTimestamp"] is null)
        {
            metadata["deletionGracePeriodSeconds"] = (long)Math.Ceiling(grace.TotalSeconds);
        }
    }

    private static void Add(JsonObject metadata, string finalizer)
    {
        if (metadata["finalizers"] is not JsonArray list)
        {
            metadata["finalizers"] = list = [];
        }

        if (!list.Any(each => (string?)each == finalizer))
        {
            list.Add(finalizer);
        }
    }

    private static void Mark(ResourceKind kind, JsonObject value)
    {
        var metadata = value.Child("metadata");
        if (metadata["deletionTimestamp"] is not null)
        {
            return;
        }

        metadata["deletionTimestamp"] = ClusterState.Timestamp;
        switch (kind)
        {
            case { Group: "", Kind: "Namespace" }:
                value.Child("status")["phase"] = "Terminating";
                break;
            case { Kind: "CustomResourceDefinition" }:
                Conditions.Set(
                    value.Child("status"),
                    "Terminating",
                    "True",
                    "InstanceDeletionPending",
                    "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon");
                break;
            default:
                metadata.Default("deletionGracePeriodSeconds", 0L);
                if (metadata["generation"] is { } generation)
                {
                    metadata["generation"] = (long)generation + 1;
                }

                break;
        }
    }
}
