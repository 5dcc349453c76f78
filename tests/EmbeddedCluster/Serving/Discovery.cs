using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Serving;

/// <summary>What there is, in the classic documents and in the aggregated one.</summary>
internal sealed class Discovery(ClusterState state, ApiCatalog catalog)
{
    /// <summary>The aggregated document is one more form, of the servers that have it.</summary>
    public void CheckAccept(HttpRequest request)
    {
        if (AggregatedVersion(request.Headers.Accept.ToString()) is null)
        {
            AcceptHeader.CheckPlain(request);
        }
    }

    public ApiReply Core(string accept) =>
        AggregatedVersion(accept) is { } version
            ? Aggregate(version, catalog.All().Where(each => each.Group.Length == 0).GroupBy(each => each.Group))
            : ApiReply.Json(
                200,
                new JsonObject
                {
                    ["kind"] = "APIVersions",
                    ["versions"] = new JsonArray("v1"),
                    ["serverAddressByClientCIDRs"] = new JsonArray(
                        new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = $"127.0.0.1:{state.Port}" }),
                });

    public ApiReply Groups(string accept) =>
        AggregatedVersion(accept) is { } version
            ? Aggregate(version, catalog.Groups())
            : ApiReply.Json(
                200,
                new JsonObject
                {
                    ["kind"] = "APIGroupList",
                    ["apiVersion"] = "v1",
                    ["groups"] = new JsonArray([.. catalog.Groups().Select(Group)]),
                });

    public ApiReply One(string group)
    {
        var found = catalog.Groups().FirstOrDefault(each => each.Key == group);
        if (found is null)
        {
            return ApiReply.PathNotFound();
        }

        var body = new JsonObject { ["kind"] = "APIGroup", ["apiVersion"] = "v1" };
        foreach (var (key, value) in Group(found))
        {
            body[key] = value?.DeepClone();
        }

        return ApiReply.Json(200, body);
    }

    public ApiReply Resources(string group, string version)
    {
        if (catalog.Find(group, version) is not { } found)
        {
            return ApiReply.PathNotFound();
        }

        if (!found.IsAvailable)
        {
            return ApiReply.Text(503, "service unavailable\n");
        }

        var body = new JsonObject { ["kind"] = "APIResourceList" };
        if (group.Length > 0)
        {
            body["apiVersion"] = "v1";
        }

        body["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}";
        body["resources"] = new JsonArray([.. found.Kinds.OrderBy(each => each.Plural, StringComparer.Ordinal).SelectMany(Classic)]);
        return ApiReply.Json(200, body);
    }

    private static JsonObject Group(IGrouping<string, ApiGroupVersion> group)
    {
        JsonObject Version(ApiGroupVersion each) => new() { ["groupVersion"] = $"{each.Group}/{each.Version}", ["version"] = each.Version };
        return new()
        {
            ["name"] = group.Key,
            ["versions"] = new JsonArray([.. group.Select(Version)]),
            ["preferredVersion"] = Version(group.First()),
        };
    }

    private IEnumerable<JsonObject> Classic(ResourceKind kind)
    {
        var resource = new JsonObject
        {
            ["name"] = kind.Plural,
            ["singularName"] = kind.Singular,
            ["namespaced"] = kind.Namespaced,
            ["kind"] = kind.Kind,
            ["verbs"] = Verbs(kind),
        };
        AddNames(resource, kind);
        if (kind.Verbs.Contains("watch") && catalog.FindRemote(kind.Group, kind.Version) is null)
        {
            resource["storageVersionHash"] = kind.StorageVersionHash;
        }

        yield return resource;
        foreach (var sub in kind.Subresources)
        {
            var entry = new JsonObject { ["name"] = $"{kind.Plural}/{sub.Name}", ["singularName"] = "", ["namespaced"] = kind.Namespaced };
            if (sub.Group.Length > 0)
            {
                entry["group"] = sub.Group;
                entry["version"] = sub.Version;
            }

            entry["kind"] = sub.Kind;
            entry["verbs"] = Array(sub.Verbs);
            yield return entry;
        }
    }

    private static ApiReply Aggregate(string version, IEnumerable<IGrouping<string, ApiGroupVersion>> groups) => ApiReply.Json(
        200,
        new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups.Select(group => new JsonObject
            {
                ["metadata"] = group.Key.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = group.Key },
                ["versions"] = new JsonArray([.. group.Select(AggregatedGroupVersion)]),
            })]),
        },
        $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");

    private static JsonObject AggregatedGroupVersion(ApiGroupVersion each)
    {
        var entry = new JsonObject { ["version"] = each.Version };
        if (each.Kinds.Count > 0)
        {
            entry["resources"] = new JsonArray([
                .. each.Kinds.OrderBy(kind => kind.Plural, StringComparer.Ordinal).Select(AggregatedResource),
            ]);
        }

        entry["freshness"] = each.IsAvailable ? "Current" : "Stale";
        return entry;
    }

    private static JsonObject AggregatedResource(ResourceKind kind)
    {
        var resource = new JsonObject
        {
            ["resource"] = kind.Plural,
            ["responseKind"] = ResponseKind(kind.Custom is null ? "" : kind.Group, kind.Custom is null ? "" : kind.Version, kind.Kind),
            ["scope"] = kind.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = kind.Singular,
            ["verbs"] = Verbs(kind),
        };
        AddNames(resource, kind);
        if (kind.Subresources.Count > 0)
        {
            resource["subresources"] = new JsonArray([
                .. kind.Subresources.Select(sub => new JsonObject
                {
                    ["subresource"] = sub.Name,
                    ["responseKind"] = ResponseKind(
                        sub.Group.Length == 0 && kind.Custom is not null ? kind.Group : sub.Group,
                        sub.Group.Length == 0 && kind.Custom is null ? "" : sub.Version,
                        sub.Kind),
                    ["verbs"] = Array(sub.Verbs),
                }),
            ]);
        }

        return resource;
    }

    private static JsonObject ResponseKind(string group, string version, string kind) =>
        new()
        {
            ["group"] = group,
            ["version"] = version,
            ["kind"] = kind,
        };

    private static void AddNames(JsonObject resource, ResourceKind kind)
    {
        if (kind.ShortNames.Count > 0)
        {
            resource["shortNames"] = Array(kind.ShortNames);
        }

        if (kind.Categories.Count > 0)
        {
            resource["categories"] = Array(kind.Categories);
        }
    }

    // Custom resources list their verbs in another order than built-in ones.
    private static JsonArray Verbs(ResourceKind kind) =>
        kind.Custom is null
            ? Array(kind.Verbs)
            : Array(["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]);

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(each => (JsonNode?)each)]);

    /// <returns>
    /// The first version of aggregated discovery that the client takes and this Kubernetes has: v2beta1 since 1.26, v2 since 1.30.
    /// </returns>
    private string? AggregatedVersion(string accept)
    {
        foreach (var range in accept.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!range.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal))
            {
                if (range.StartsWith("application/json", StringComparison.Ordinal))
                {
                    return null;
                }

                continue;
            }

            if (range.Contains("v=v2;", StringComparison.Ordinal) && state.Minor >= 30)
            {
                return "v2";
            }

            if (range.Contains("v=v2beta1;", StringComparison.Ordinal) && state.Minor >= 26)
            {
                return "v2beta1";
            }
        }

        return null;
    }
}
