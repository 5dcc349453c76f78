using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;
using EmbeddedCluster.Authorization;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Security;

namespace EmbeddedCluster.Serving;

/// <summary>Objects that are questions: posted, answered, never stored.</summary>
internal sealed class Reviews(ClusterState state, AccessControl access)
{
    public async Task<ApiReply> AnswerAsync(ApiRequest request)
    {
        var review = await BodyReader.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        var asked = review.Copy();
        asked.Child("metadata");
        var spec = review.Child("spec");
        review["apiVersion"] = request.Kind.ApiVersion;
        review["kind"] = request.Kind.Kind;
        review["status"] = request.Kind.Kind switch
        {
            "SelfSubjectAccessReview" => Access(spec, request.User, null),
            "SubjectAccessReview" => Access(spec, Subject(spec), null),
            "LocalSubjectAccessReview" => Access(spec, Subject(spec), request.Namespace),
            "SelfSubjectRulesReview" => Rules(spec, request.User),
            "SelfSubjectReview" => new JsonObject { ["userInfo"] = Describe(request.User) },
            "TokenReview" => Token(spec),
            _ => throw ApiException.NotImplemented($"POST of a {request.Kind.Kind}"),
        };
        var metadata = review.Child("metadata");
        if (state.Minor < 30)
        {
            metadata["creationTimestamp"] = null;
        }

        ManagedFields.RecordUpdate(
            null,
            asked,
            request.ManagerOrDefault,
            request.Kind.ApiVersion,
            null,
            ClusterState.Now,
            ClusterState.SchemaOf(request.Kind));
        metadata.TakeFrom(asked.Child("metadata"), "managedFields");
        return ApiReply.Json(201, review);
    }

    private JsonObject Access(JsonObject spec, UserInfo user, string? ns)
    {
        var attributes = new RequestAttributes(user.Name, user.Groups, "");
        if (spec["resourceAttributes"] is JsonObject resource)
        {
            attributes = attributes with
            {
                Verb = resource.Text("verb") ?? "",
                ApiGroup = resource.Text("group") ?? "",
                Resource = resource.Text("resource") ?? "",
                Subresource = resource.Text("subresource") ?? "",
                Namespace = ns ?? resource.Text("namespace") ?? "",
                Name = resource.Text("name") ?? "",
            };
        }
        else if (spec["nonResourceAttributes"] is JsonObject path)
        {
            attributes = attributes with { Verb = path.Text("verb") ?? "", NonResourceUrl = path.Text("path") ?? "" };
        }
        else
        {
            throw ApiException.BadRequest("exactly one of resourceAttributes or nonResourceAttributes must be set");
        }

        var decision = access.Decide(attributes);
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0)
        {
            status["reason"] = decision.Reason;
        }

        return status;
    }

    private JsonObject Rules(JsonObject spec, UserInfo user)
    {
        var all = new PolicyRule
        {
            Verbs = ["*"],
            ApiGroups = ["*"],
            Resources = ["*"],
        };
        var rules = access.IsOn
            ? access.RulesFor(user, spec.Text("namespace") ?? "")
            : [all, new() { Verbs = ["*"], NonResourceUrls = ["*"] }];
        return new()
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(each => each.Resources.Count > 0).Select(each => each.ToJson())]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(each => each.NonResourceUrls.Count > 0).Select(each => each.ToJson())]),
            ["incomplete"] = false,
        };
    }

    private JsonObject Token(JsonObject spec) => state.Authenticator.FindToken(spec.Text("token") ?? "") is { } user
        ? new() { ["authenticated"] = true, ["user"] = Describe(user) }
        : new() { ["error"] = "[invalid bearer token]" };

    private static UserInfo Subject(JsonObject spec) =>
        new(spec.Text("user") ?? "", [.. (spec["groups"] as JsonArray ?? []).Select(each => (string?)each ?? "")]);

    private static JsonObject Describe(UserInfo user) =>
        new() { ["username"] = user.Name, ["groups"] = new JsonArray([.. user.Groups.Select(each => (JsonNode?)each)]) };
}
