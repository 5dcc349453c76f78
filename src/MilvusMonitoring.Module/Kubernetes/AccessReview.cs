using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>The result of an access review.</summary>
/// <param name="Failure">
/// Why there is no review: the caller lacks the permission to ask (<see cref="ErrorId.PermissionDenied"/>), or the server has no such
/// review (<see cref="ErrorId.KindNotFound"/>); null if the server answered.
/// </param>
internal sealed record AccessReviewResult(bool IsAllowed, MonitoringException? Failure);

/// <summary>Asks the API server whether the caller, or a service account, has a permission.</summary>
internal static class AccessReview
{
    private const string Group = "/apis/authorization.k8s.io/v1/";

    /// <summary>Reviews a permission of the caller.</summary>
    /// <param name="namespaceName">The namespace; null for the whole cluster.</param>
    public static Task<AccessReviewResult> ReviewAsync(
        ClusterClient client,
        Permission permission,
        string? namespaceName,
        CancellationToken cancellationToken) =>
        PostAsync(
            client,
            "selfsubjectaccessreviews",
            "SelfSubjectAccessReview",
            Attributes(permission, namespaceName),
            cancellationToken);

    /// <summary>Reviews a permission of a service account. The caller needs a permission for that.</summary>
    /// <param name="namespaceName">The namespace; null for the whole cluster.</param>
    public static Task<AccessReviewResult> ReviewAsync(
        ClusterClient client,
        (string Namespace, string Name) account,
        Permission permission,
        string? namespaceName,
        CancellationToken cancellationToken)
    {
        var attributes = Attributes(permission, namespaceName);
        attributes["user"] = $"system:serviceaccount:{account.Namespace}:{account.Name}";
        attributes["groups"] = new JsonArray(
            "system:serviceaccounts",
            $"system:serviceaccounts:{account.Namespace}",
            "system:authenticated");
        return PostAsync(client, "subjectaccessreviews", "SubjectAccessReview", attributes, cancellationToken);
    }

    private static async Task<AccessReviewResult> PostAsync(
        ClusterClient client,
        string plural,
        string kind,
        JsonObject spec,
        CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["apiVersion"] = "authorization.k8s.io/v1",
                ["kind"] = kind,
                ["spec"] = spec,
            });
        try
        {
            var response = await client
                .PostAsync(Group + plural, body, "ask what the user may do", cancellationToken).ConfigureAwait(false);
            using var review = ClusterClient.ParseResponse(response, "an access review");
            var isAllowed = review.RootElement.Member("status", "allowed").ValueKind == JsonValueKind.True;
            return new AccessReviewResult(isAllowed, null);
        }
        catch (MonitoringException exception) when (exception.ErrorId is ErrorId.PermissionDenied or ErrorId.KindNotFound)
        {
            return new AccessReviewResult(false, exception);
        }
    }

    private static JsonObject Attributes(Permission permission, string? namespaceName) => permission.Path is { } path
        ? new JsonObject { ["nonResourceAttributes"] = new JsonObject { ["verb"] = permission.Verb, ["path"] = path } }
        : new JsonObject { ["resourceAttributes"] = Resource(permission, namespaceName) };

    private static JsonObject Resource(Permission permission, string? namespaceName)
    {
        var slash = permission.Resource.IndexOf('/', StringComparison.Ordinal);
        var attributes = new JsonObject
        {
            ["verb"] = permission.Verb,
            ["group"] = permission.Group,
            ["resource"] = slash < 0 ? permission.Resource : permission.Resource[..slash],
        };
        Add("subresource", slash < 0 ? null : permission.Resource[(slash + 1)..]);
        Add("name", permission.Name);
        Add("namespace", namespaceName);
        return attributes;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                attributes[name] = value;
            }
        }
    }
}
