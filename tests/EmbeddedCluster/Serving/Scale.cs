using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Serving;

/// <summary>The scale subresource: the replicas of a workload or of a custom resource that names them.</summary>
internal sealed class Scale(ClusterState state, Mutations mutations)
{
    public async Task<ApiReply> HandleAsync(ApiRequest request)
    {
        var kind = request.Kind;
        var type = BodyReader.MediaType(request.Http.Request);
        var body =
            request.Verb == "get" ? [] : await BodyReader.ReadBytesAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        while (true)
        {
            var live = state.Store.Find(kind.Id, request.StoredNamespace, request.Name!)
                ?? throw ApiException.NotFound(kind.Id, request.Name!);
            var scale = Of(kind, live);
            if (request.Verb == "get")
            {
                return ApiReply.Json(200, scale);
            }

            var wanted = request.Verb == "update" ? BodyReader.ParseJson(body) : Patched(type, scale, BodyReader.ParseNode(body));
            if (
                wanted["metadata"]?["resourceVersion"]?.ToString() is { Length: > 0 } revision
                && revision != scale["metadata"]!["resourceVersion"]!.ToString())
            {
                throw ApiException.Modified(kind.Id, live.Name);
            }

            var value = live.Read(kind.ApiVersion, kind.Kind);
            var steps = Paths(kind).Spec.Trim('.').Split('.');
            var parent = steps[..^1].Aggregate(value, (node, step) => node.Child(step));
            parent[steps[^1]] = wanted.Child("spec").Number("replicas") ?? 0;
            if (
                mutations.TryUpdate(
                    kind,
                    live,
                    value,
                    new(request.ManagerOrDefault) { DryRun = request.IsDryRun, Subresource = "scale" }
                ) is
                { } updated)
            {
                return ApiReply.Json(200, Of(kind, updated));
            }
        }
    }

    private static JsonObject Patched(string type, JsonObject scale, JsonNode patch) => (JsonObject)(type switch
    {
        "application/json-patch+json" => JsonPatch.Apply(scale, (JsonArray)patch),
        "application/merge-patch+json" or "application/strategic-merge-patch+json" => MergePatch.Apply(scale, patch),
        _ => throw ApiException.NotImplemented($"{type} of a scale"),
    });

    private static (string Spec, string Status) Paths(ResourceKind kind) => kind.Custom is { } custom
        ? (custom.ScaleSpecPath ?? ".spec.replicas", custom.ScaleStatusPath ?? ".status.replicas")
        : (".spec.replicas", ".status.replicas");

    private static JsonObject Of(ResourceKind kind, StoredObject live)
    {
        var value = live.Read(kind.ApiVersion, kind.Kind);
        var (spec, status) = Paths(kind);
        var metadata = new JsonObject();
        foreach (var key in (string[])["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            metadata.TakeFrom(value.Child("metadata"), key);
        }

        return new()
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = value.At(spec.Trim('.'))?.DeepClone() ?? 0 },
            ["status"] = new JsonObject { ["replicas"] = value.At(status.Trim('.'))?.DeepClone() ?? 0 },
        };
    }
}
