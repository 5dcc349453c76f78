using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Serving;

namespace EmbeddedCluster.Objects;

/// <summary>Nothing is made in a namespace that is missing or going.</summary>
internal static class NamespaceLifecycle
{
    public static readonly ResourceId Namespaces = new("", "namespaces");

    public static void CheckCreate(ClusterState state, ResourceKind kind, JsonObject metadata)
    {
        if (!kind.Namespaced || !kind.IsStored)
        {
            return;
        }

        var ns = metadata.Text("namespace") ?? "";
        var live = state.Store.Find(Namespaces, "", ns) ?? throw ApiException.NotFound(Namespaces, ns);
        if (live.IsTerminating)
        {
            throw ApiException.Forbidden(
                kind.Id, metadata.Text("name"), $"unable to create new content in namespace {ns} because it is being terminated",
                new StatusCause("NamespaceTerminating", $"namespace {ns} is being terminated", "metadata.namespace"));
        }
    }
}
