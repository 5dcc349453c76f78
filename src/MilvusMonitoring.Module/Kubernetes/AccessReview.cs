using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Access;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Asks the API server whether the caller may do something.</summary>
internal static class AccessReview
{
    /// <summary>What an error is about where the question itself is refused.</summary>
    public const string Question = "ask what the user may do";

    private const string Path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    /// <summary>Asks.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="permission">What to do.</param>
    /// <param name="namespaceName">Where; null for the whole cluster.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>Whether the caller may.</returns>
    public static async Task<bool> MayAsync(ClusterClient client, Permission permission, string? namespaceName, CancellationToken cancellationToken)
    {
        var question = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = permission.Path is { } path
                ? new JsonObject { ["nonResourceAttributes"] = new JsonObject { ["verb"] = permission.Verb, ["path"] = path } }
                : new JsonObject { ["resourceAttributes"] = Resource(permission, namespaceName) },
        });
        var answer = await client.AskAsync(Path, question, Question, cancellationToken).ConfigureAwait(false);
        using var review = ClusterClient.ParseAnswer(answer, "an access review");
        return review.RootElement.Member("status", "allowed").ValueKind == JsonValueKind.True;
    }

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
