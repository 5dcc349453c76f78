using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>Writes receivers as the file of an Alertmanager and as an AlertmanagerConfig have them, and reads both again.</summary>
internal static class ReceiverForm
{
    /// <summary>The name of every alert of this module begins so.</summary>
    public const string AlertNames = "Milvus.+";

    /// <summary>The label that tells one test alert from another. Routes group by it, so that a test waits for no other.</summary>
    public const string TestLabel = "milvus_monitoring_test";

    private const string SlackText = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}";
    private const string PagerDutySeverity = "{{ if .CommonLabels.severity }}{{ .CommonLabels.severity }}{{ else }}error{{ end }}";

    private static readonly string[] Grouping =
        ["alertname", "namespace", "app_kubernetes_io_instance", "severity", TestLabel];

    private static readonly JsonSerializerOptions Plain = new() { Encoder = YamlConverter.WriterOptions.Encoder };

    /// <summary>For each type the field in a file and in an AlertmanagerConfig.</summary>
    private static readonly (AlertReceiverType Type, string InFile, string InConfig)[] Fields =
    [
        (AlertReceiverType.Webhook, "webhook_configs", "webhookConfigs"),
        (AlertReceiverType.Teams, "msteamsv2_configs", "msteamsv2Configs"),
        (AlertReceiverType.Slack, "slack_configs", "slackConfigs"),
        (AlertReceiverType.Email, "email_configs", "emailConfigs"),
        (AlertReceiverType.PagerDuty, "pagerduty_configs", "pagerdutyConfigs"),
    ];

    /// <summary>The receiver and its route for the file of an Alertmanager.</summary>
    /// <param name="secret">The secret; empty if the receiver needs none.</param>
    /// <param name="hasMatchers">Whether the Alertmanager reads <c>matchers</c>.</param>
    public static OwnReceiver ToFile(ReceiverSettings settings, string secret, bool hasMatchers)
    {
        var name = OwnReceiver.Prefix + settings.Name;
        var route = new JsonObject { ["receiver"] = name, ["continue"] = true, ["group_by"] = ToArray(Grouping) };
        var matchers = ListMatchers(settings);
        if (hasMatchers)
        {
            route["matchers"] = ToArray(matchers.Select(matcher => matcher.ToString()));
        }
        else
        {
            route["match_re"] = new JsonObject(matchers.Select(matcher => KeyValuePair.Create(
                matcher.Name,
                (JsonNode?)(matcher.Operator == "=" ? Regex.Escape(matcher.Value) : matcher.Value))));
        }

        var integration = CreateIntegration(settings, JsonValue.Create(secret), isFile: true);
        var receiver = new JsonObject
        {
            ["name"] = name,
            [Fields.First(field => field.Type == settings.Type).InFile] = new JsonArray(integration),
        };
        return new OwnReceiver(route.ToJsonString(Plain), receiver.ToJsonString(Plain));
    }

    /// <summary>The spec of an AlertmanagerConfig.</summary>
    /// <param name="secret">Where the secret lies; null if the receiver needs none.</param>
    /// <param name="hasMatchers">Whether the Alertmanager reads all kinds of matchers.</param>
    public static JsonObject ToConfig(ReceiverSettings settings, SecretKey? secret, bool hasMatchers)
    {
        var matchers = ListMatchers(settings).Select(matcher => (JsonNode)new JsonObject
        {
            ["name"] = matcher.Name,
            ["value"] = matcher.Value,
            [hasMatchers ? "matchType" : "regex"] = hasMatchers ? matcher.Operator : matcher.Operator == "=~",
        });
        var reference = secret is null ? null : new JsonObject { ["name"] = secret.Name, ["key"] = secret.Key };
        var integration = CreateIntegration(settings, reference, isFile: false);
        return new JsonObject
        {
            ["route"] = new JsonObject
            {
                ["receiver"] = settings.Name,
                ["groupBy"] = ToArray(Grouping),
                ["matchers"] = new JsonArray([.. matchers]),
            },
            ["receivers"] = new JsonArray(new JsonObject
            {
                ["name"] = settings.Name,
                [Fields.First(field => field.Type == settings.Type).InConfig] = new JsonArray(integration),
            }),
        };
    }

    /// <summary>Reads a receiver of the file of an Alertmanager; null if it is not as this module writes it.</summary>
    public static ReceiverSettings? Find(OwnReceiver own)
    {
        var (receiver, route) = (YamlTree.Parse(own.Receiver)!, YamlTree.Parse(own.Route)!);
        var field = Fields.FirstOrDefault(field => receiver.Find(field.InFile) is not null);
        return field.InFile is null || receiver.ListItems(field.InFile) is not [var integration]
            ? null
            : Read(own.Name, field.Type, integration, AlertmanagerConfiguration.ReadMatchers(route));
    }

    /// <summary>Reads an AlertmanagerConfig; null if it is not as this module writes it.</summary>
    /// <param name="json">The spec.</param>
    public static ReceiverSettings? Find(JsonElement json)
    {
        var spec = YamlTree.Parse(json.GetRawText());
        var receivers = spec?.ListItems("receivers") ?? [];
        if (receivers is not [var receiver] || receiver.FindText("name") is not { } name)
        {
            return null;
        }

        var field = Fields.FirstOrDefault(field => receiver.Find(field.InConfig) is not null);
        if (field.InConfig is null || receiver.ListItems(field.InConfig) is not [var integration])
        {
            return null;
        }

        var matchers = (spec!.Find("route")?.ListItems("matchers") ?? []).Select(matcher => LabelMatcher.Create(
            matcher.FindText("name") ?? string.Empty,
            matcher.FindText("matchType") ?? (matcher.FindText("regex") == "true" ? "=~" : "="),
            matcher.FindText("value") ?? string.Empty));
        var isPlain = field.Type == AlertReceiverType.Webhook && integration.FindText("url") is not null;
        return Read(name, field.Type, integration, [.. matchers]) with
        {
            Address = isPlain && Uri.TryCreate(integration.FindText("url"), UriKind.Absolute, out var address) ? address : null,
        };
    }

    private static ReceiverSettings Read(
        string name,
        AlertReceiverType type,
        YamlNode integration,
        IReadOnlyList<LabelMatcher> matchers)
    {
        var instance = FindValue("app_kubernetes_io_instance");
        var place = FindValue("namespace");
        return new ReceiverSettings(name, type)
        {
            Severities = FindValue("severity")?.Split('|') ?? [],
            Instance = instance is null || place is null ? null : (place, instance),
            Channel = integration.FindText("channel"),
            Email = integration.FindText("to") is { } to
                ? new EmailSettings(to.Split(", "), string.Empty, string.Empty, null, true)
                : null,
        };

        string? FindValue(string label) => matchers
            .FirstOrDefault(matcher => matcher.Name == label)
            ?.Value.Replace("\\", string.Empty, StringComparison.Ordinal);
    }

    private static List<LabelMatcher> ListMatchers(ReceiverSettings settings)
    {
        var matchers = new List<LabelMatcher> { LabelMatcher.Create("alertname", "=~", AlertNames) };
        if (settings.Severities.Count > 0)
        {
            matchers.Add(LabelMatcher.Create("severity", "=~", string.Join('|', settings.Severities)));
        }

        if (settings.Instance is var (place, name))
        {
            matchers.Add(LabelMatcher.Create("namespace", "=", place));
            matchers.Add(LabelMatcher.Create("app_kubernetes_io_instance", "=", name));
        }

        return matchers;
    }

    /// <summary>Writes how the receiver is notified. A file and an AlertmanagerConfig differ in case only, and in the secret.</summary>
    private static JsonObject CreateIntegration(ReceiverSettings settings, JsonNode? secret, bool isFile)
    {
        var integration = settings.Type switch
        {
            AlertReceiverType.Webhook when settings.Address is { } address => new JsonObject { ["url"] = address.OriginalString },
            AlertReceiverType.Webhook => new JsonObject { [isFile ? "url" : "urlSecret"] = secret },
            AlertReceiverType.Teams => new JsonObject { [isFile ? "webhook_url" : "webhookURL"] = secret },
            AlertReceiverType.Slack => new JsonObject { [isFile ? "api_url" : "apiURL"] = secret, ["text"] = SlackText },
            AlertReceiverType.PagerDuty => new JsonObject
            {
                [isFile ? "routing_key" : "routingKey"] = secret,
                ["severity"] = PagerDutySeverity,
            },
            _ => CreateEmail(settings.Email!, secret, isFile),
        };
        if (settings.Channel is { } channel)
        {
            integration["channel"] = channel;
        }

        integration[isFile ? "send_resolved" : "sendResolved"] = true;
        return integration;
    }

    private static JsonObject CreateEmail(EmailSettings email, JsonNode? secret, bool isFile)
    {
        var integration = new JsonObject
        {
            ["to"] = string.Join(", ", email.To),
            ["from"] = email.From,
            ["smarthost"] = email.SmartHost,
            [isFile ? "require_tls" : "requireTLS"] = email.RequiresTls,
        };
        if (email.UserName is { } user)
        {
            integration[isFile ? "auth_username" : "authUsername"] = user;
            integration[isFile ? "auth_password" : "authPassword"] = secret;
        }

        return integration;
    }

    private static JsonArray ToArray(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
