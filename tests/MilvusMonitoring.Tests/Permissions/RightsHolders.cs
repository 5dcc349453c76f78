using System.Net;
using System.Text.Json.Nodes;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>
/// Users who hold all rights of a command, or all but one. Each right is one ClusterRole, and whoever holds it is a subject of its binding,
/// so that many users cost few objects.
/// </summary>
internal sealed class RightsHolders(ClusterStage stage, ServerAdmin admin)
{
    private const string Group = "/apis/rbac.authorization.k8s.io/v1";
    private const string Label = "test=rights";

    private readonly Dictionary<Right, HashSet<string>> _users = [];
    private readonly List<string> _namespaces = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Lets a user have rights.</summary>
    public void Add(string user, IEnumerable<Right> rights)
    {
        foreach (var right in rights)
        {
            if (!_users.TryGetValue(right, out var users))
            {
                _users[right] = users = [];
            }

            users.Add(user);
        }
    }

    /// <summary>Writes all roles and bindings, and waits until the server heeds them.</summary>
    public async Task WriteAsync()
    {
        var all = _users.Keys.ToList();
        var names = all.Select(right => (right.Group, right.Resource, right.Verb)).Distinct().Index()
            .ToDictionary(item => item.Item, item => $"right-{item.Index}");
        foreach (var right in all.DistinctBy(right => (right.Group, right.Resource, right.Verb)))
        {
            await PostAsync($"{Group}/clusterroles", new JsonObject
            {
                ["kind"] = "ClusterRole",
                ["metadata"] = Metadata(NameOf(right)),
                ["rules"] = new JsonArray(right.ToRule()),
            });
        }

        foreach (var right in all)
        {
            var ns = PermissionStage.NamespaceOf(right.Place);
            var kind = ns is null ? "ClusterRoleBinding" : "RoleBinding";
            var path = ns is null ? $"{Group}/clusterrolebindings" : $"{Group}/namespaces/{ns}/rolebindings";
            _namespaces.AddRange(ns is null || _namespaces.Contains(ns) ? [] : [ns]);
            await PostAsync(path, new JsonObject
            {
                ["kind"] = kind,
                ["metadata"] = Metadata(NameOf(right)),
                ["roleRef"] = new JsonObject
                {
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["kind"] = "ClusterRole",
                    ["name"] = NameOf(right),
                },
                ["subjects"] = new JsonArray([
                    .. _users[right].Select(user =>
                        new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = user }),
                ]),
            });
        }

        await UntilHeededAsync(all[^1], _users[all[^1]].First());

        string NameOf(Right right) => names[(right.Group, right.Resource, right.Verb)];
    }

    /// <summary>Takes all roles and bindings away.</summary>
    public async Task RemoveAsync()
    {
        var bindings = _namespaces.Select(ns => $"namespaces/{ns}/rolebindings");
        foreach (var path in (string[])["clusterrolebindings", "clusterroles", .. bindings])
        {
            await admin.SendAsync(HttpMethod.Delete, $"{Group}/{path}?labelSelector={Uri.EscapeDataString(Label)}", null, Token);
        }
    }

    public string WriteKubeconfig(string user) => stage.WriteKubeconfig(user);

    private static JsonObject Metadata(string name) => new() { ["name"] = name, ["labels"] = new JsonObject { ["test"] = "rights" } };

    private async Task PostAsync(string path, JsonObject value)
    {
        value["apiVersion"] = "rbac.authorization.k8s.io/v1";
        var (status, text) = await admin.AskAsync(HttpMethod.Post, path, value.ToJsonString(), Token);
        Assert.True(status == HttpStatusCode.Created, text);
    }

    /// <summary>A server's own view of roles and bindings follows the writes a moment later, in their order.</summary>
    private async Task UntilHeededAsync(Right right, string user)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = user,
                ["resourceAttributes"] = new JsonObject
                {
                    ["namespace"] = PermissionStage.NamespaceOf(right.Place),
                    ["verb"] = right.Verb,
                    ["group"] = right.Group,
                    ["resource"] = right.Resource.Split('/')[0],
                    ["subresource"] = right.Resource.Split('/').ElementAtOrDefault(1),
                },
            },
        };
        await NodePlace.UntilAsync(
            async () =>
            {
                var (_, text) = await admin.AskAsync(
                    HttpMethod.Post,
                    "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                    review.ToJsonString(),
                    Token);
                return (bool?)JsonNode.Parse(text)?["status"]?["allowed"] is true;
            },
            "the server heeds the roles");
    }
}
