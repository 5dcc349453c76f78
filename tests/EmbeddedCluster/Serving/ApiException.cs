using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;

namespace EmbeddedCluster.Serving;

internal sealed record StatusCause(string Reason, string Message, string Field);

/// <summary>A request that is answered with a Status of failure.</summary>
internal sealed class ApiException(int code, string? reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code => code;

    public string? Reason => reason;

    public TimeSpan? RetryAfter { get; init; }

    public static ApiException NotFound(ResourceId resource, string name) =>
        new(404, "NotFound", $"{resource.Qualified} \"{name}\" not found", Details(name, resource));

    public static ApiException AlreadyExists(ResourceId resource, string name) =>
        new(409, "AlreadyExists", $"{resource.Qualified} \"{name}\" already exists", Details(name, resource));

    public static ApiException Conflict(ResourceId resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.Qualified} \"{name}\": {why}", Details(name, resource));

    public static ApiException Modified(ResourceId resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Forbidden(ResourceId resource, string? name, string why, params StatusCause[] causes)
    {
        var subject = string.IsNullOrEmpty(name) ? resource.Qualified : $"{resource.Qualified} \"{name}\"";
        return new(403, "Forbidden", $"{subject} is forbidden: {why}", Details(name, resource, causes));
    }

    public static ApiException Invalid(string group, string kind, string name, IReadOnlyList<StatusCause> causes)
    {
        var texts = causes.Select(each => $"{each.Field}: {each.Message}").ToList();
        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        var list = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        return new(422, "Invalid", $"{qualified} \"{name}\" is invalid: {list}", Details(name, new(group, kind), causes));
    }

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static ApiException Expired(string message) => new(410, "Expired", message);

    public static ApiException UnsupportedMediaType(string given, string accepted) =>
        new(
            415,
            "UnsupportedMediaType",
            $"the body of the request was in an unknown format - accepted media types include: {accepted}; got: {given}");

    public static ApiException Internal(string message) => new(500, null, message);

    /// <summary>What this cluster does not do, it says.</summary>
    public static ApiException NotImplemented(string what) => new(501, "NotImplemented", $"the embedded cluster does not do this: {what}");

    public static ApiException Unavailable(string message) => new(503, "ServiceUnavailable", message);

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (reason is not null)
        {
            status["reason"] = reason;
        }

        if (details is not null)
        {
            status["details"] = details.DeepClone();
        }

        status["code"] = code;
        return status;
    }

    public static JsonObject Success(string name, ResourceId resource, string uid)
    {
        var details = Details(name, resource);
        details["uid"] = uid;
        return new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }

    private static JsonObject Details(string? name, ResourceId resource, IReadOnlyList<StatusCause>? causes = null)
    {
        var details = new JsonObject();
        if (!string.IsNullOrEmpty(name))
        {
            details["name"] = name;
        }

        if (resource.Group.Length > 0)
        {
            details["group"] = resource.Group;
        }

        details["kind"] = resource.Plural;
        if (causes is { Count: > 0 })
        {
            details["causes"] = Causes(causes);
        }

        return details;
    }

    public static JsonArray Causes(IEnumerable<StatusCause> causes) => new(
        [.. causes.Select(each => new JsonObject { ["reason"] = each.Reason, ["message"] = each.Message, ["field"] = each.Field })]);

}
