using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Asks the API server whether the caller, or a service account, may do something.</summary>
internal static class AccessReview
{
    /// <summary>What an error is about where the question itself is refused.</summary>
    public const string Question = "ask what the user may do";

    private const string Group = "/apis/authorization.k8s.io/v1/";

    /// <summary>Asks for the caller.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="permission">What to do.</param>
    /// <param name="namespaceName">Where; null for the whole cluster.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>Whether the caller may.</returns>
    public static Task<bool> MayAsync(
        ClusterClient client,
        Permission permission,
        string? namespaceName,
        CancellationToken cancellationToken
    ) => AskAsync(client, "selfsubjectaccessreviews", "SelfSubjectAccessReview", Attributes(permission, namespaceName), cancellationToken);

    /// <summary>Asks for a service account; the caller needs leave to ask that.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="account">The namespace and the name of the service account.</param>
    /// <param name="permission">What to do.</param>
    /// <param name="namespaceName">Where; null for the whole cluster.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>Whether it may.</returns>
    public static Task<bool> MayAsync(
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
        return AskAsync(client, "subjectaccessreviews", "SubjectAccessReview", attributes, cancellationToken);
    }

    private static async Task<bool> AskAsync(
        ClusterClient client,
        string plural,
        string kind,
        JsonObject spec,
        CancellationToken cancellationToken)
    {
        var question = JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["apiVersion"] = "authorization.k8s.io/v1",
                ["kind"] = kind,
                ["spec"] = spec,
            });
        var answer = await client.AskAsync(Group + plural, question, Question, cancellationToken).ConfigureAwait(false);
        using var review = ClusterClient.ParseAnswer(answer, "an access review");
        return review.RootElement.Member("status", "allowed").ValueKind == JsonValueKind.True;
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
