using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// The dashboards of a Grafana: those of files, which a provider reads, and those that somebody has made in it. It answers as 7.5.5 was
/// recorded.
/// </summary>
internal sealed class GrafanaDashboards
{
    private const string ByUid = "/api/dashboards/uid/";
    private const string Save = "/api/dashboards/db";
    private const string Search = "/api/search";

    private readonly Dictionary<string, JsonObject> _made = new(StringComparer.Ordinal);
    private readonly object _gate = new();

    /// <summary>Lists the files, by path.</summary>
    public Func<IReadOnlyDictionary<string, string>>? Files { get; set; }

    public static bool Answers(string path) => path is Search or Save || path.StartsWith(ByUid, StringComparison.Ordinal);

    public (int Status, JsonNode Body) Answer(string method, string path, IQueryCollection query, string body)
    {
        lock (_gate)
        {
            return path switch
            {
                Search => (200, Find(query)),
                Save => Store(body),
                _ when method == "DELETE" => Delete(Uri.UnescapeDataString(path[ByUid.Length..])),
                _ => Show(Uri.UnescapeDataString(path[ByUid.Length..])),
            };
        }
    }

    private JsonArray Find(IQueryCollection query)
    {
        var (text, tag) = ((string?)query["query"], (string?)query["tag"]);
        var all = _made.Values.Select(model => (Path: (string?)null, Model: model))
            .Concat(ListProvided().Select(file => (Path: (string?)file.Path, file.Model)));
        var found = all.Where(item =>
            (text is null || Title(item.Model).Contains(text, StringComparison.OrdinalIgnoreCase))
            && (tag is null || Tags(item.Model).Contains(tag)));
        return
        [
            .. found.OrderBy(item => Title(item.Model), StringComparer.Ordinal).Select(item => (JsonNode)Describe(item.Path, item.Model)),
        ];
    }

    private static JsonObject Describe(string? path, JsonObject model)
    {
        var found = new JsonObject
        {
            ["id"] = 1,
            ["uid"] = (string?)model["uid"],
            ["title"] = Title(model),
            ["uri"] = $"db/{Slug(model)}",
            ["url"] = $"/d/{(string?)model["uid"]}/{Slug(model)}",
            ["slug"] = "",
            ["type"] = "dash-db",
            ["tags"] = new JsonArray([.. Tags(model).Select(text => (JsonNode)text)]),
            ["isStarred"] = false,
            ["sortMeta"] = 0,
        };
        if (path is not null)
        {
            found["folderId"] = 1;
            found["folderUid"] = "MK_RXPRdk";
            found["folderTitle"] = "Default";
            found["folderUrl"] = "/dashboards/f/MK_RXPRdk/default";
        }

        return found;
    }

    private (int, JsonNode) Show(string uid)
    {
        var file = ListProvided().FirstOrDefault(file => (string?)file.Model["uid"] == uid);
        var model = file.Model ?? _made.GetValueOrDefault(uid);
        if (model is null)
        {
            return (404, new JsonObject { ["message"] = "Dashboard not found" });
        }

        var meta = new JsonObject
        {
            ["type"] = "db",
            ["slug"] = Slug(model),
            ["url"] = $"/d/{uid}/{Slug(model)}",
            ["version"] = (int?)model["version"] ?? 1,
            ["provisioned"] = file.Path is not null,
            ["provisionedExternalId"] = file.Path ?? "",
        };
        return (200, new JsonObject { ["meta"] = meta, ["dashboard"] = model.DeepClone() });
    }

    private (int, JsonNode) Store(string body)
    {
        var request = JsonNode.Parse(body)!.AsObject();
        var model = request["dashboard"]!.AsObject();
        var uid = (string)model["uid"]!;
        if (model["id"] is not null && ListProvided().Any(file => (string?)file.Model["uid"] == uid))
        {
            return (400, new JsonObject { ["message"] = "Cannot save provisioned dashboard" });
        }

        var before = _made.GetValueOrDefault(uid);
        if (before is null && _made.Values.Any(other => Title(other) == Title(model)))
        {
            return (412, new JsonObject
            {
                ["message"] = "A dashboard with the same name in the folder already exists",
                ["status"] = "name-exists",
            });
        }

        if (before is not null && (bool?)request["overwrite"] is not true && (int?)before["version"] != (int?)model["version"])
        {
            return (412, new JsonObject
            {
                ["message"] = "The dashboard has been changed by someone else",
                ["status"] = "version-mismatch",
            });
        }

        var stored = model.DeepClone().AsObject();
        stored["id"] = 1;
        stored["version"] = ((int?)before?["version"] ?? 0) + 1;
        _made[uid] = stored;
        return (200, new JsonObject
        {
            ["id"] = 1,
            ["slug"] = Slug(stored),
            ["status"] = "success",
            ["uid"] = uid,
            ["url"] = $"/d/{uid}/{Slug(stored)}",
            ["version"] = (int)stored["version"]!,
        });
    }

    private (int, JsonNode) Delete(string uid)
    {
        if (ListProvided().Any(file => (string?)file.Model["uid"] == uid))
        {
            return (400, new JsonObject { ["message"] = "provisioned dashboard cannot be deleted" });
        }

        if (!_made.Remove(uid, out var model))
        {
            return (404, new JsonObject { ["message"] = "Dashboard not found" });
        }

        return (200, new JsonObject
        {
            ["id"] = 1,
            ["message"] = $"Dashboard {Title(model)} deleted",
            ["title"] = Title(model),
        });
    }

    /// <summary>A file that is no dashboard is passed over, and a line of the log says so.</summary>
    private IEnumerable<(string Path, JsonObject Model)> ListProvided()
    {
        foreach (var (path, text) in Files?.Invoke() ?? new Dictionary<string, string>())
        {
            JsonObject? model = null;
            try
            {
                model = JsonNode.Parse(text) as JsonObject;
            }
            catch (JsonException)
            {
                model = null;
            }

            if (model?["title"] is not null)
            {
                yield return (path, model);
            }
        }
    }

    private static string Title(JsonObject model) => (string?)model["title"] ?? "";

    private static string Slug(JsonObject model) =>
        string.Join('-', Title(model).ToLowerInvariant().Split([' ', '/'], StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string> Tags(JsonObject model) => model["tags"]?.AsArray().Select(tag => (string)tag!) ?? [];
}
