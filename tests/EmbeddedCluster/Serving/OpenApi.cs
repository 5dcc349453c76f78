using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;

namespace EmbeddedCluster.Serving;

/// <summary>
/// As much of OpenAPI v3 as clients need to learn that a PATCH takes the fieldValidation and dryRun parameters. No schemas: the server
/// validates.
/// </summary>
internal sealed class OpenApi(ClusterState state)
{
    public ApiReply Serve(string path)
    {
        // v3 came with 1.24; older servers have only v2, which is not made here.
        if (state.Minor < 24)
        {
            throw ApiException.NotImplemented("OpenAPI v2");
        }

        if (path == "/openapi/v3")
        {
            var paths = new JsonObject();
            foreach (var (group, version) in state.Kinds.Discovered.Select(each => (each.Group, each.Version)).Distinct())
            {
                var name = PathOf(group, version);
                paths[name] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{name}?hash={state.Kinds.Discovered.Count}" };
            }

            return ApiReply.Json(200, new JsonObject { ["paths"] = paths });
        }

        var kinds = state.Kinds.Discovered.Where(each => $"/openapi/v3/{PathOf(each.Group, each.Version)}" == path).ToList();
        return kinds.Count == 0
            ? path.StartsWith("/openapi/v3/", StringComparison.Ordinal)
                ? ApiReply.PathNotFound()
                : throw ApiException.NotImplemented("OpenAPI v2")
            : ApiReply.Json(200, Describe(kinds));
    }

    private static string PathOf(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private JsonObject Describe(IEnumerable<ResourceKind> kinds)
    {
        var paths = new JsonObject();
        foreach (var kind in kinds.Where(each => each.Verbs.Contains("patch")))
        {
            var path = $"/{PathOf(kind.Group, kind.Version)}/{(kind.Namespaced ? "namespaces/{namespace}/" : "")}{kind.Plural}";
            paths[path + "/{name}"] = Patch(kind, kind.Kind);

            // kubectl asks the same of lists, and would else want schemas to check them by itself.
            paths[path] = Patch(kind, kind.ListKind);
        }

        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = state.Options.KubernetesVersion },
            ["paths"] = paths,
        };
    }

    private static JsonObject Patch(ResourceKind kind, string name) =>
        new()
        {
            ["patch"] = new JsonObject
            {
                ["operationId"] = $"patch{name}",
                ["parameters"] = new JsonArray([
                    .. ((string[])["dryRun", "fieldManager", "fieldValidation", "force"]).Select(each => new JsonObject
                    {
                        ["name"] = each,
                        ["in"] = "query",
                        ["schema"] = new JsonObject { ["type"] = each == "force" ? "boolean" : "string" },
                    }),
                ]),
                ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
                ["x-kubernetes-group-version-kind"] = new JsonObject
                {
                    ["group"] = kind.Group,
                    ["version"] = kind.Version,
                    ["kind"] = name,
                },
            },
        };
}
