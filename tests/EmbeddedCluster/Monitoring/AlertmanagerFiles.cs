using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Authorization;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Serving;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// The configuration that the Prometheus operator makes for an Alertmanager resource: its Secret, and before the Secret's own routes those
/// of the AlertmanagerConfigs that the resource selects, each for the alerts of its namespace. Held to a recording of operator 0.87.
/// </summary>
public sealed class AlertmanagerFiles(Cluster cluster)
{
    private const string Group = "monitoring.coreos.com";
    private const string Default = """{"route":{"receiver":"null"},"receivers":[{"name":"null"}]}""";

    /// <summary>The fields of an integration that hold the place of a secret in an AlertmanagerConfig, and its text in a file.</summary>
    private static readonly Dictionary<string, string> s_secrets = new()
    {
        ["urlSecret"] = "url",
        ["webhookURL"] = "webhook_url",
        ["apiURL"] = "api_url",
        ["routingKey"] = "routing_key",
        ["authPassword"] = "auth_password",
    };

    /// <summary>The configuration as JSON, which is YAML too; null while there is no such resource.</summary>
    public JsonObject? For(string ns, string name)
    {
        if (Find("v1", "Alertmanager", ns, name) is not { } alertmanager)
        {
            return null;
        }

        var spec = alertmanager.Child("spec");
        var secret = cluster.Find("v1", "Secret", ns, spec.Text("configSecret") ?? $"alertmanager-{name}");
        var text = secret?.Child("data").Text("alertmanager.yaml") is { } data ? Convert.FromBase64String(data) : Encoding.UTF8.GetBytes(Default);
        var configuration = YamlBody.Parse(text);
        var route = configuration.Child("route");
        var routes = new JsonArray();
        var receivers = configuration["receivers"]!.AsArray();
        foreach (var config in ListSelected(alertmanager))
        {
            Add(config, spec, ns, routes, receivers);
        }

        foreach (var own in route.Items("routes").ToList())
        {
            routes.Add(own.DeepClone());
        }

        if (routes.Count > 0)
        {
            route["routes"] = routes;
        }

        return configuration;
    }

    private IEnumerable<JsonObject> ListSelected(JsonObject alertmanager)
    {
        var spec = alertmanager.Child("spec");
        return List("v1alpha1", "AlertmanagerConfig")
            .Where(config => LabelSelector.Matches(spec["alertmanagerConfigSelector"], config.Child("metadata")["labels"]))
            .Where(config => IsPlaceSelected(spec, alertmanager.Child("metadata").Text("namespace")!, config.Child("metadata").Text("namespace")!))
            .OrderBy(config => $"{config.Child("metadata").Text("namespace")}/{config.Child("metadata").Text("name")}", StringComparer.Ordinal);
    }

    private bool IsPlaceSelected(JsonObject spec, string home, string place) => spec["alertmanagerConfigNamespaceSelector"] is { } selector
        ? LabelSelector.Matches(selector, cluster.Find("v1", "Namespace", null, place)?["metadata"]?["labels"])
        : place == home;

    private void Add(JsonObject config, JsonObject spec, string home, JsonArray routes, JsonArray receivers)
    {
        var (place, name) = (config.Child("metadata").Text("namespace")!, config.Child("metadata").Text("name")!);
        var added = new List<JsonObject>();
        foreach (var receiver in config.Child("spec").Items("receivers"))
        {
            var converted = new JsonObject { ["name"] = $"{place}/{name}/{receiver.Text("name")}" };
            foreach (var (field, list) in receiver.Where(field => field.Key.EndsWith("Configs", StringComparison.Ordinal)))
            {
                var integrations = list!.AsArray().Select(each => ToFile(each!.AsObject(), place)).ToList();
                if (integrations.Contains(null))
                {
                    // The operator leaves an AlertmanagerConfig out whose secret is not there.
                    return;
                }

                converted[ToSnakeCase(field)] = new JsonArray([.. integrations]);
            }

            added.Add(converted);
        }

        var strategy = spec.Child("alertmanagerConfigMatcherStrategy").Text("type") ?? "OnNamespace";
        var isBound = strategy == "OnNamespace" || (strategy != "None" && place != home);
        var route = config.Child("spec").Child("route");
        var matchers = route.Items("matchers")
            .Where(matcher => !isBound || matcher.Text("name") != "namespace")
            .Select(matcher => $"{matcher.Text("name")}{matcher.Text("matchType") ?? "="}\"{matcher.Text("value")}\"")
            .Concat(isBound ? [$"namespace=\"{place}\""] : []);
        var converse = new JsonObject { ["receiver"] = $"{place}/{name}/{route.Text("receiver")}" };
        foreach (var (field, value) in route.Where(field => field.Key.StartsWith("group", StringComparison.Ordinal)))
        {
            converse[ToSnakeCase(field)] = value?.DeepClone();
        }

        converse["matchers"] = new JsonArray([.. matchers.Select(matcher => (JsonNode)matcher)]);
        converse["continue"] = true;
        routes.Add(converse);
        added.ForEach(receivers.Add);
    }

    private JsonObject? ToFile(JsonObject integration, string place)
    {
        var converted = new JsonObject();
        foreach (var (field, value) in integration)
        {
            if (s_secrets.TryGetValue(field, out var plain))
            {
                var data = cluster.Find("v1", "Secret", place, value!.AsObject().Text("name")!)?.Child("data");
                if (data?.Text(value!.AsObject().Text("key")!) is not { } encoded)
                {
                    return null;
                }

                converted[plain] = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
            }
            else
            {
                converted[ToSnakeCase(field)] = value?.DeepClone();
            }
        }

        return converted;
    }

    private static string ToSnakeCase(string name) =>
        string.Concat(name.Select(each => char.IsUpper(each) ? $"_{char.ToLower(each, CultureInfo.InvariantCulture)}" : $"{each}"));

    private JsonObject? Find(string version, string kind, string ns, string name) =>
        List(version, kind).FirstOrDefault(each => each.Child("metadata").Text("namespace") == ns && each.Child("metadata").Text("name") == name);

    private IReadOnlyList<JsonObject> List(string version, string kind)
    {
        try
        {
            return cluster.List($"{Group}/{version}", kind);
        }
        catch (ArgumentException)
        {
            // The kind is not defined.
            return [];
        }
    }
}
