using System.Text.Json.Nodes;
using EmbeddedCluster.Authorization;
using EmbeddedCluster.Controllers;
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

        if (state.Options.Controllers)
        {
            Create(state, mutations, Node(state));
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
            api["spec"] = new JsonObject
            {
                ["group"] = group,
                ["version"] = version,
                ["groupPriorityMinimum"] = 18000,
                ["versionPriority"] = 1,
            };
            if (group.Length == 0)
            {
                api.Child("spec").Remove("group");
            }

            Create(state, mutations, api);
        }
    }

    private static JsonObject Node(ClusterState state)
    {
        var node = Object("v1", "Node", null, PodFactory.NodeName);
        node.Child("metadata")["labels"] = new JsonObject
        {
            ["kubernetes.io/hostname"] = PodFactory.NodeName,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = "amd64",
        };
        node["spec"] = new JsonObject();
        node["status"] = new JsonObject
        {
            ["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = PodFactory.NodeAddress }),
            ["conditions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["reason"] = "KubeletReady",
                    ["message"] = "the node is imitated",
                }),
            ["nodeInfo"] = new JsonObject
            {
                ["kubeletVersion"] = state.Options.KubernetesVersion,
                ["operatingSystem"] = "linux",
                ["architecture"] = "amd64",
            },
        };
        return node;
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

    private static void Create(ClusterState state, Mutations mutations, JsonObject value)
    {
        var kind = state.Kinds.FindByKind(value.Text("apiVersion")!, value.Text("kind")!)!;
        var status = value["status"]?.DeepClone();
        var created = mutations.TryCreate(kind, value, new(Manager))!;
        if (status is not null)
        {
            var whole = created.Read(kind.ApiVersion, kind.Kind);
            whole["status"] = status;
            mutations.TryUpdate(kind, created, whole, new(Manager) { Subresource = "status" });
        }
    }
}
