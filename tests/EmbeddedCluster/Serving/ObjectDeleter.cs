using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Serving;

/// <summary>DELETE of one object and of collections.</summary>
internal sealed class ObjectDeleter(ClusterState state, Deletions deletions, ObjectReader reader)
{
    public async Task<ApiReply> DeleteAsync(ApiRequest request)
    {
        var options = await OptionsAsync(request).ConfigureAwait(false);
        while (true)
        {
            var live = state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!)
                ?? throw ApiException.NotFound(request.Kind.Id, request.Name!);
            CheckPreconditions(request.Kind, live, options);
            var (done, left) = deletions.TryDelete(
                request.Kind,
                live,
                options.Text("propagationPolicy"),
                request.IsDryRun,
                graceful: options.Number("gracePeriodSeconds") != 0);
            if (!done)
            {
                continue;
            }

            return left is null
                ? ApiReply.Json(200, ApiException.Success(live.Name, request.Kind.Id, live.Uid))
                : Representation.Of(request.Http.Request, request.Kind).One(200, left);
        }
    }

    public async Task<ApiReply> DeleteCollectionAsync(ApiRequest request)
    {
        var options = await OptionsAsync(request).ConfigureAwait(false);
        var answer = reader.List(request);
        var query = request.Query;
        var labels = Selectors.Labels(query["labelSelector"].ToString());
        var fields = Selectors.Fields(query["fieldSelector"].ToString());
        foreach (
            var item in state
                .Store.List(request.Kind.Id, request.Kind.Namespaced ? request.Namespace : null)
                .Items.Where(each => (labels?.Invoke(each) ?? true) && (fields?.Invoke(each) ?? true)))
        {
            for (var live = item; live is not null; live = state.Store.Find(request.Kind.Id, item.Namespace, item.Name))
            {
                if (deletions.TryDelete(request.Kind, live, options.Text("propagationPolicy"), request.IsDryRun).Done)
                {
                    break;
                }
            }
        }

        return answer;
    }

    private static async Task<JsonObject> OptionsAsync(ApiRequest request)
    {
        var options = await BodyReader.ReadOptionsAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        if (request.Query["propagationPolicy"].ToString() is { Length: > 0 } policy)
        {
            options["propagationPolicy"] = policy;
        }

        if ((options["orphanDependents"] as JsonValue)?.ToString() == "true")
        {
            options["propagationPolicy"] = "Orphan";
        }

        if (options.Text("propagationPolicy") is { } given and not ("Orphan" or "Background" or "Foreground"))
        {
            throw ApiException.Invalid(
                "meta.k8s.io",
                "DeleteOptions",
                "",
                [
                    new(
                        "FieldValueNotSupported",
                        $"Unsupported value: \"{given}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
                        "propagationPolicy"),
                ]);
        }

        return options;
    }

    private static void CheckPreconditions(ResourceKind kind, StoredObject live, JsonObject options)
    {
        var preconditions = options["preconditions"] as JsonObject ?? [];
        if (preconditions.Text("uid") is { } uid && uid != live.Uid)
        {
            throw ApiException.Conflict(
                kind.Id,
                live.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid}");
        }

        var revision = live.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (preconditions.Text("resourceVersion") is { } wanted && wanted != revision)
        {
            throw ApiException.Conflict(
                kind.Id,
                live.Name,
                $"Precondition failed: ResourceVersion in precondition: {wanted}, ResourceVersion in object meta: {revision}");
        }
    }
}
