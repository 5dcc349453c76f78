using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Serving;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>How controllers write: until it is done, or no longer called for.</summary>
internal sealed class ControllerWriter(ClusterState state, Mutations mutations, Deletions deletions)
{
    public ClusterState State => state;

    /// <summary>Changes the object if it is still there. The change may come to nothing by returning false.</summary>
    public void Update(ResourceKind kind, StoredObject known, string manager, string? subresource, Func<JsonObject, bool> change)
    {
        while (state.Store.Find(kind.Id, known.Namespace, known.Name) is { } live && live.Uid == known.Uid)
        {
            var value = live.Read(kind.ApiVersion, kind.Kind);
            if (!change(value) || mutations.TryUpdate(kind, live, value, new(manager) { Subresource = subresource }) is not null)
            {
                return;
            }
        }
    }

    /// <summary>Makes the object unless it is there or its namespace is going.</summary>
    public StoredObject? Create(ResourceKind kind, JsonObject value, string manager)
    {
        try
        {
            return mutations.TryCreate(kind, value, new(manager));
        }
        catch (ApiException exception) when (exception.Code is 403 or 404)
        {
            // The namespace went meanwhile, and with it the reason to make anything in it.
            return null;
        }
    }

    public void Delete(ResourceKind kind, StoredObject known, string? propagation = null, bool graceful = true)
    {
        while (state.Store.Find(kind.Id, known.Namespace, known.Name) is { } live && live.Uid == known.Uid)
        {
            if (deletions.TryDelete(kind, live, propagation, graceful: graceful).Done)
            {
                return;
            }
        }
    }

    public ResourceKind Kind(string apiVersion, string kind) =>
        state.Kinds.FindByKind(apiVersion, kind) ?? throw new InvalidOperationException($"there is no {kind} in {apiVersion}");
}
