using EmbeddedCluster.Kinds;
using EmbeddedCluster.Security;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Serving;

/// <summary>A request about objects, taken apart.</summary>
internal sealed record ApiRequest(
    HttpContext Http,
    ResourceKind Kind,
    string Verb,
    string? Namespace,
    string? Name,
    string? Subresource,
    UserInfo User)
{
    public IQueryCollection Query => Http.Request.Query;

    public CancellationToken Aborted => Http.RequestAborted;

    public string StoredNamespace => Kind.Namespaced ? Namespace ?? "" : "";

    public bool IsDryRun => Query["dryRun"].Contains("All");

    public string? FieldManager => Query["fieldManager"].ToString() is { Length: > 0 } manager ? manager : null;

    /// <summary>The manager of a write that names none: the first word of the user agent.</summary>
    public string ManagerOrDefault
    {
        get
        {
            if (FieldManager is { } manager)
            {
                return manager;
            }

            var agent = Http.Request.Headers.UserAgent.ToString();
            var slash = agent.IndexOf('/', StringComparison.Ordinal);
            var word = slash < 0 ? agent : agent[..slash];
            return word.Length == 0 ? "unknown" : word;
        }
    }

    public bool Flag(string name) => Query[name].ToString() is "true" or "1";
}
