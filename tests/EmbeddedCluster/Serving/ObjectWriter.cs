using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Serving;

/// <summary>POST, PUT and PATCH of objects.</summary>
internal sealed class ObjectWriter(ClusterState state, Mutations mutations, AdmissionRules admission)
{
    // Another writer can come in between any number of times; a real server gives up after a few as well.
    private const int Attempts = 50;

    public async Task<ApiReply> CreateAsync(ApiRequest request)
    {
        var value = await BodyReader.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        CheckKind(request.Kind, value);
        var metadata = value.Child("metadata");
        CheckNamespace(request, metadata);
        var warning = FieldValidation.Check(request, value);
        admission.CheckWrite(request.User, request.Kind, value, null);
        var created = mutations.TryCreate(request.Kind, value, Options(request))
            ?? throw ApiException.AlreadyExists(request.Kind.Id, metadata.Text("name")!);
        return Representation.Of(request.Http.Request, request.Kind).One(201, created) with { Warning = warning };
    }

    public async Task<ApiReply> ReplaceAsync(ApiRequest request)
    {
        var body = await BodyReader.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        CheckKind(request.Kind, body);
        CheckNamespace(request, body.Child("metadata"));
        CheckName(request, body.Child("metadata"));
        var warning = FieldValidation.Check(request, body);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var live = Live(request);
            var value = body.Copy();
            CheckPreconditions(request.Kind, live, value.Child("metadata"));
            if (TryUpdate(request, live, value, Options(request)) is { } replaced)
            {
                return Representation.Of(request.Http.Request, request.Kind).One(200, replaced) with { Warning = warning };
            }
        }

        throw ApiException.Modified(request.Kind.Id, request.Name!);
    }

    public async Task<ApiReply> PatchAsync(ApiRequest request)
    {
        var type = BodyReader.MediaType(request.Http.Request);
        var bytes = await BodyReader.ReadBytesAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        if (type is "application/apply-patch+yaml")
        {
            return Apply(request, YamlBody.Parse(bytes));
        }

        var patch = BodyReader.ParseNode(bytes);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var live = Live(request);
            var current = live.Read(request.Kind.ApiVersion, request.Kind.Kind);
            var value = Patched(request.Kind, type, current, patch);
            CheckName(request, value.Child("metadata"));
            CheckPreconditions(request.Kind, live, value.Child("metadata"), byPatch: true);
            var warning = FieldValidation.Check(request, value);
            if (TryUpdate(request, live, value, Options(request)) is { } patched)
            {
                return Representation.Of(request.Http.Request, request.Kind).One(200, patched) with { Warning = warning };
            }
        }

        throw ApiException.Modified(request.Kind.Id, request.Name!);
    }

    private ApiReply Apply(ApiRequest request, JsonObject applied)
    {
        var manager = request.FieldManager
            ?? throw new ApiException(
                422,
                "Invalid",
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
                new JsonObject
                {
                    ["group"] = "meta.k8s.io",
                    ["kind"] = "PatchOptions",
                    ["causes"] = ApiException.Causes([
                        new("FieldValueRequired", "Required value: is required for apply patch", "fieldManager"),
                    ]),
                });
        CheckKind(request.Kind, applied);
        var metadata = applied.Child("metadata");
        metadata.Default("name", request.Name);
        if (request.Kind.Namespaced)
        {
            metadata.Default("namespace", request.Namespace);
        }

        if (request.Subresource is null && request.Kind.HasStatus)
        {
            applied.Remove("status");
        }

        var schema = ClusterState.SchemaOf(request.Kind);
        var options = Options(request) with { IsApply = true };
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var live = state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!);
            var current = live?.Read(request.Kind.ApiVersion, request.Kind.Kind);
            if (live is not null && applied["metadata"]?["resourceVersion"] is not null)
            {
                CheckPreconditions(request.Kind, live, applied.Child("metadata"));
            }

            var outcome = ServerSideApply.Apply(
                current,
                applied.Copy(),
                manager,
                request.Kind.ApiVersion,
                request.Flag("force"),
                ClusterState.Now,
                schema,
                request.Subresource);
            if (outcome.Conflicts.Count > 0)
            {
                throw new ApiException(
                    409,
                    "Conflict",
                    FieldConflict.Summary(outcome.Conflicts),
                    new JsonObject
                    {
                        ["causes"] = ApiException.Causes(
                            outcome.Conflicts.Select(each => new StatusCause("FieldManagerConflict", each.CauseMessage, each.Field))),
                    });
            }

            CheckName(request, outcome.Object.Child("metadata"));
            var form = Representation.Of(request.Http.Request, request.Kind);
            if (live is null)
            {
                if (request.Subresource is not null)
                {
                    throw ApiException.NotFound(request.Kind.Id, request.Name!);
                }

                admission.CheckCreation(request.User, request.Kind, request.Namespace, request.Name);
                admission.CheckWrite(request.User, request.Kind, outcome.Object, null);
                if (mutations.TryCreate(request.Kind, outcome.Object, options) is { } created)
                {
                    return form.One(201, created);
                }
            }
            else if (ReferenceEquals(outcome.Object, current))
            {
                return form.One(200, live);
            }
            else if (TryUpdate(request, live, outcome.Object, options) is { } updated)
            {
                return form.One(200, updated);
            }
        }

        throw ApiException.Modified(request.Kind.Id, request.Name!);
    }

    private StoredObject? TryUpdate(ApiRequest request, StoredObject live, JsonObject value, WriteOptions options)
    {
        admission.CheckWrite(request.User, request.Kind, value, live);
        return mutations.TryUpdate(request.Kind, live, value, options);
    }

    private StoredObject Live(ApiRequest request) =>
        state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!)
        ?? throw ApiException.NotFound(request.Kind.Id, request.Name!);

    private static JsonObject Patched(ResourceKind kind, string type, JsonObject current, JsonNode patch)
    {
        var patched = type switch
        {
            "application/json-patch+json" => JsonPatch.Apply(
                current,
                patch as JsonArray ?? throw ApiException.BadRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch")),
            "application/merge-patch+json" => MergePatch.Apply(current, patch),
            "application/strategic-merge-patch+json" when kind.Custom is null && patch is JsonObject map => StrategicMergePatch.Apply(
                current,
                map,
                ClusterState.SchemaOf(kind)),
            _ => throw ApiException.UnsupportedMediaType(
                type,
                kind.Custom is null
                    ? "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, "
                        + "application/apply-patch+yaml"
                    : "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"),
        };
        return patched as JsonObject ?? throw ApiException.BadRequest("the patched value is no object");
    }

    private static WriteOptions Options(ApiRequest request) =>
        new(request.ManagerOrDefault) { DryRun = request.IsDryRun, Subresource = request.Subresource };

    private static void CheckKind(ResourceKind kind, JsonObject value)
    {
        value.Default("apiVersion", kind.ApiVersion);
        value.Default("kind", kind.Kind);
        if (value.Text("apiVersion") != kind.ApiVersion)
        {
            throw ApiException.BadRequest(
                $"the API version in the data ({value.Text("apiVersion")}) does not match the expected API version ({kind.ApiVersion})");
        }

        if (value.Text("kind") != kind.Kind)
        {
            throw ApiException.BadRequest(
                $"{value.Text("kind")} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: no kind "
                    + $"\"{value.Text("kind")}\" is registered for the resource"
            );
        }
    }

    private static void CheckName(ApiRequest request, JsonObject metadata)
    {
        metadata.Default("name", request.Name);
        if (metadata.Text("name") != request.Name)
        {
            throw ApiException.BadRequest(
                $"the name of the object ({metadata.Text("name")}) does not match the name on the URL ({request.Name})");
        }
    }

    private static void CheckNamespace(ApiRequest request, JsonObject metadata)
    {
        if (!request.Kind.Namespaced)
        {
            metadata.Remove("namespace");
            return;
        }

        metadata.Default("namespace", request.Namespace);
        if (metadata.Text("namespace") != request.Namespace)
        {
            throw ApiException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static void CheckPreconditions(ResourceKind kind, StoredObject live, JsonObject metadata, bool byPatch = false)
    {
        if (metadata.Text("uid") is { Length: > 0 } uid && uid != live.Uid)
        {
            throw ApiException.Conflict(
                kind.Id,
                live.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid}");
        }

        var revision = metadata.Text("resourceVersion");
        if (string.IsNullOrEmpty(revision))
        {
            if (kind.Custom is not null && !byPatch)
            {
                throw ApiException.Invalid(
                    kind.Group,
                    kind.Kind,
                    live.Name,
                    [new("FieldValueInvalid", "Invalid value: 0x0: must be specified for an update", "metadata.resourceVersion")]);
            }

            return;
        }

        if (revision != live.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            throw ApiException.Modified(kind.Id, live.Name);
        }
    }
}
