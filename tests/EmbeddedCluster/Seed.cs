using System.Text.Json.Nodes;
using EmbeddedCluster.Authorization;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster;

/// <summary>What every cluster is born with.</summary>
internal static class Seed
{
    private const string Manager = "kube-apiserver";

    public static void Fill(ClusterState state, Mutations mutations)
    {
        foreach (var name in (string[])["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            Create(state, mutations, Object("v1", "Namespace", null, name));
        }

        foreach (var role in DefaultRoles.ClusterRoles().Concat(DefaultRoles.ClusterRoleBindings()))
        {
            Create(state, mutations, role.Copy());
        }

        var service = Object("v1", "Service", "default", "kubernetes");
        service["spec"] = new JsonObject
        {
            ["clusterIP"] = "10.96.0.1",
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["targetPort"] = 6443 }),
        };
        Create(state, mutations, service);
        foreach (var (group, version) in state.Kinds.BuiltIn.Select(each => (each.Group, each.Version)).Distinct())
        {
            var api = Object("apiregistration.k8s.io/v1", "APIService", null, group.Length == 0 ? $"{version}." : $"{version}.{group}");
            api["spec"] = new JsonObject { ["group"] = group, ["version"] = version, ["groupPriorityMinimum"] = 18000, ["versionPriority"] = 1 };
            if (group.Length == 0)
            {
                api.Child("spec").Remove("group");
            }

            Create(state, mutations, api);
        }
    }

    public static JsonObject Object(string apiVersion, string kind, string? ns, string name)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null)
        {
            metadata["namespace"] = ns;
        }

        return new() { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }

    private static void Create(ClusterState state, Mutations mutations, JsonObject value) =>
        mutations.TryCreate(state.Kinds.FindByKind(value.Text("apiVersion")!, value.Text("kind")!)!, value, new(Manager));
}
