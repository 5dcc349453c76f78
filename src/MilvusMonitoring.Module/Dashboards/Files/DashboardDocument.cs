using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Dashboards.Files;

/// <summary>A dashboard as JSON, whoever made it.</summary>
/// <param name="Uid">Its uid, by which Grafana knows it.</param>
/// <param name="Title">Its title.</param>
/// <param name="Json">The dashboard, UTF-8 JSON.</param>
internal sealed record DashboardDocument(string Uid, string Title, ReadOnlyMemory<byte> Json)
{
    private const int LongestUid = 40;
    private const string Export = "export the dashboard from Grafana again";

    /// <summary>The name of its file.</summary>
    public string FileName => $"{Uid}.json";

    /// <summary>Reads a dashboard in one of the forms that Grafana exports.</summary>
    /// <param name="json">The JSON: a dashboard, or the response of Grafana's API, which holds one.</param>
    /// <param name="source">Where it comes from, for errors.</param>
    /// <returns>
    /// The dashboard. One without a uid gets one made of its title, so that the uid is the same after each start of Grafana.
    /// </returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.DashboardInvalid"/>: it is no dashboard of Grafana.</exception>
    public static DashboardDocument Read(ReadOnlyMemory<byte> json, string source)
    {
        var root = Parse(json, source);
        if (root["spec"] is JsonObject && Text(root, "apiVersion")?.StartsWith("dashboard.grafana.app/", StringComparison.Ordinal) is true)
        {
            throw CreateInvalid(
                source,
                "is a resource of Grafana's newer API, which files and older versions of Grafana do not accept",
                "export it as classic JSON",
                null);
        }

        var isWrapped = root["dashboard"] is JsonObject;
        var model = isWrapped ? root["dashboard"]!.AsObject() : root;
        if (Text(model, "title") is not { Length: > 0 } title || (model["panels"] ?? model["rows"]) is not JsonArray)
        {
            throw CreateInvalid(source, "is not a dashboard of Grafana: it has no title, or no panels", Export, null);
        }

        if (Text(model, "uid") is { Length: > 0 } uid)
        {
            if (uid.Length > LongestUid || !uid.All(IsOfUid))
            {
                throw CreateInvalid(
                    source,
                    $"has the uid '{uid}', which Grafana does not accept: it accepts up to 40 letters, digits, hyphens and underscores",
                    "give it another uid",
                    null);
            }

            return new DashboardDocument(uid, title, isWrapped ? JsonSerializer.SerializeToUtf8Bytes(model) : WithoutMark(json));
        }

        uid = CreateUid(title);
        model["uid"] = uid;
        return new DashboardDocument(uid, title, JsonSerializer.SerializeToUtf8Bytes(model));
    }

    /// <summary>Reads a dashboard that somebody else may have written; null if it is none.</summary>
    public static DashboardDocument? Find(string text)
    {
        try
        {
            return Read(Encoding.UTF8.GetBytes(text), string.Empty);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.DashboardInvalid)
        {
            return null;
        }
    }

    /// <summary>The dashboard as an object.</summary>
    public JsonObject Parse() => Parse(Json, Title);

    /// <summary>Whether another text is the same dashboard, but for spaces, the order of members, and what Grafana counts.</summary>
    public bool IsSameAs(DashboardDocument other) => JsonEquality.AreEqual(Plain(Parse()), Plain(other.Parse()));

    private static JsonObject Plain(JsonObject model)
    {
        model.Remove("id");
        model.Remove("version");
        return model;
    }

    private static JsonObject Parse(ReadOnlyMemory<byte> json, string source)
    {
        try
        {
            var root = JsonTexts.AreReadable(json.Span) ? JsonNode.Parse(WithoutMark(json).Span) as JsonObject : null;
            EnsureWhole(root);
            return root ?? throw new JsonException("it is not an object");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw CreateInvalid(source, "is not a JSON object", Export, exception);
        }
    }

    /// <summary>Reads every member: an object that has a member twice fails only when it is read.</summary>
    private static void EnsureWhole(JsonNode? node)
    {
        var children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in children)
        {
            EnsureWhole(child);
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> json) =>
        json.Span.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;

    private static string CreateUid(string title)
    {
        var name = new string([.. title.ToLowerInvariant().Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-')]);
        var uid = "file-" + string.Join('-', name.Split('-', StringSplitOptions.RemoveEmptyEntries));
        return uid.Length > LongestUid ? uid[..LongestUid] : uid;
    }

    private static bool IsOfUid(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_';

    private static string? Text(JsonObject model, string name) =>
        model[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static MonitoringException CreateInvalid(string source, string why, string remedy, Exception? cause) =>
        new(ErrorId.DashboardInvalid, $"{source} {why}", remedy, source, cause);
}
