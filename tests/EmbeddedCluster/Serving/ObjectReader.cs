using System.Globalization;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Serving;

/// <summary>GET of one object and of lists.</summary>
internal sealed class ObjectReader(ClusterState state)
{
    public ApiReply Get(ApiRequest request)
    {
        var live = state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!)
            ?? throw ApiException.NotFound(request.Kind.Id, request.Name!);
        return Representation.Of(request.Http.Request, request.Kind).One(200, live);
    }

    public ApiReply List(ApiRequest request)
    {
        var query = request.Query;
        var form = Representation.Of(request.Http.Request, request.Kind);
        var limit = long.TryParse(query["limit"], CultureInfo.InvariantCulture, out var asked) ? asked : 0;
        var token = query["continue"].ToString() is { Length: > 0 } given ? ContinueToken.Parse(given) : null;
        var exact =
            query["resourceVersionMatch"] == "Exact"
                ? long.Parse(query["resourceVersion"].ToString(), CultureInfo.InvariantCulture)
                : token?.Revision;
        var (items, revision) = exact is { } at
            ? ListAt(request, at)
            : state.Store.List(request.Kind.Id, request.Kind.Namespaced ? request.Namespace : null);
        var labels = Selectors.Labels(query["labelSelector"].ToString());
        var fields = Selectors.Fields(query["fieldSelector"].ToString());
        var matching = items.Where(each => (labels?.Invoke(each) ?? true) && (fields?.Invoke(each) ?? true));
        if (token is not null)
        {
            matching = matching.SkipWhile(each => string.CompareOrdinal(Key(request, each), token.After) <= 0);
        }

        var rest = matching.ToList();
        if (limit <= 0 || rest.Count <= limit)
        {
            return form.Many(rest, revision, null, 0);
        }

        var page = rest.GetRange(0, (int)limit);
        var next = new ContinueToken(revision, Key(request, page[^1])).Encode();
        return form.Many(page, revision, next, labels is null && fields is null ? rest.Count - limit : 0);
    }

    /// <summary>The list as it was at a revision: what stands now, with the later writes taken back.</summary>
    private (IReadOnlyList<StoredObject> Items, long Revision) ListAt(ApiRequest request, long revision)
    {
        var later = new List<StoreEvent>();
        var (now, seen) = state.Store.List(request.Kind.Id, request.Kind.Namespaced ? request.Namespace : null);
        if (!state.Store.TryReadSince(revision, request.Kind.Id, later, out _))
        {
            throw ApiException.Expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
                    + "continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
                    + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
                    + "deleted between the time the first chunk was returned and now may show up in the list."
            );
        }

        var objects = new SortedDictionary<string, StoredObject>(now.ToDictionary(each => Key(request, each)), StringComparer.Ordinal);
        foreach (
            var written in Enumerable
                .Reverse(later)
                .Where(each =>
                    each.Revision <= seen
                    && (request.Namespace is null || !request.Kind.Namespaced || each.Object.Namespace == request.Namespace)))
        {
            if (written.Previous is { } previous)
            {
                objects[Key(request, previous)] = previous;
            }
            else
            {
                objects.Remove(Key(request, written.Object));
            }
        }

        return ([.. objects.Values], revision);
    }

    private static string Key(ApiRequest request, StoredObject value) =>
        request.Namespace is null && request.Kind.Namespaced ? $"{value.Namespace}/{value.Name}" : value.Name;
}
