using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EmbeddedCluster.Serving;

/// <summary>
/// What a request's Accept header lets a server answer. Kubernetes judges it twice: go-restful compares plain types with those of the
/// route,
/// and knows no <c>application/*</c>; the handler behind it takes clauses with their parameters.
/// </summary>
/// <remarks>
/// Texts and order were compared with a kube-apiserver 1.20.2: the route comes after permission, kind and verb, and before the object is
/// looked for.
/// </remarks>
internal static class AcceptHeader
{
    private const string Json = "application/json";

    private static readonly string[] s_objectTypes = [Json, "application/yaml", "application/vnd.kubernetes.protobuf"];
    private static readonly string[] s_streamTypes = [Json + ";stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

    /// <summary>What a kubelet says where its route for pods' streams, which produces no type at all, is asked for one.</summary>
    public static string? NodeRefusal(HttpRequest request, int minor) => FitsRoute(request, []) ? null : RouteText([], minor);

    /// <summary>For a request about objects, or about what a built-in group version has.</summary>
    public static void CheckRoute(HttpRequest request, int minor, bool isCollection = false)
    {
        if (!FitsRoute(request, s_objectTypes))
        {
            throw Refused(RouteText(isCollection ? [.. s_objectTypes, .. s_streamTypes] : s_objectTypes, minor), []);
        }
    }

    /// <summary>For /version, which is served as JSON alone.</summary>
    public static void CheckJsonRoute(HttpRequest request, int minor)
    {
        if (!FitsRoute(request, [Json]))
        {
            throw Refused(RouteText([Json], minor), []);
        }
    }

    /// <summary>For documents that stand behind no route: one clause must take them as they are.</summary>
    public static void CheckPlain(HttpRequest request)
    {
        var clauses = Clauses(request);
        if (clauses.Count > 0 && !clauses.Any(each => each.IsJson && each.Form is null))
        {
            throw NoneFits(clauses);
        }
    }

    /// <summary>The error where no clause can be answered: the server's own, or that this cluster speaks JSON alone.</summary>
    public static ApiException NoneFits(IEnumerable<AcceptClause> clauses) =>
        clauses.FirstOrDefault(each => each.Form is null && s_objectTypes.Contains(each.Type)) is { } known
            ? ApiException.NotImplemented($"answers as {known.Type}")
            : Refused($"only the following media types are accepted: {string.Join(", ", s_objectTypes)}");

    public static ApiException Refused(string message, System.Text.Json.Nodes.JsonObject? details = null) =>
        new(406, "NotAcceptable", message, details);

    public static IReadOnlyList<AcceptClause> Clauses(HttpRequest request) =>
        [.. request.Headers.Accept.SelectMany(Split).Select(AcceptClause.Parse)];

    private static string[] Split(string? value) =>
        (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool FitsRoute(HttpRequest request, string[] produced)
    {
        // The first header of that name alone.
        var wanted = request.Headers.Accept is { Count: > 0 } given && !StringValues.IsNullOrEmpty(given[0]) ? Split(given[0]) : ["*/*"];
        return wanted.Select(each => each.Split(';')[0].Trim()).Any(each => each == "*/*" || produced.Contains(each));
    }

    // go-restful 3, which Kubernetes has since 1.25, names what there is; recorded of kubelets of 1.20 and 1.36.
    private static string RouteText(IEnumerable<string> produced, int minor) =>
        "406: Not Acceptable" + (minor >= 25 ? $"\n\nAvailable representations: {string.Join(", ", produced)}" : "");
}
