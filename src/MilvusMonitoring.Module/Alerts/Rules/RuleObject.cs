using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>A PrometheusRule in the cluster.</summary>
internal sealed record RuleObject(ObjectMetadata Metadata, JsonElement Json)
{
    public ResourceId Id => ResourceType.PrometheusRule.IdOf(Metadata.Namespace, Metadata.Name);

    /// <summary>The namespace and the name of its Milvus, by its annotation; null for none.</summary>
    public (string Namespace, string Name)? Owner =>
        Metadata.Annotations.GetValueOrDefault(AlertRuleMark.OwnerAnnotation)?.Split('/') is [var place, var name] ? (place, name) : null;

    /// <summary>
    /// Whether this module applied it, under the name that it gives the PrometheusRule of that Milvus. Everybody may write an annotation.
    /// </summary>
    public bool IsOurs =>
        AlertRuleMark.IsOn(Metadata)
        && Owner is var (place, name)
        && Id == AlertRuleObject.IdOf(place, name, Metadata.Namespace!);

    /// <summary>The alert rules; rules that record are none.</summary>
    public IReadOnlyList<AlertRuleText> Alerts =>
        [
            .. Json.Member("spec")
                .Items("groups")
                .SelectMany(group => group.Items("rules").Select(rule => AlertRuleText.From(group, rule)))
                .OfType<AlertRuleText>(),
        ];

    /// <summary>Deletes the PrometheusRule, unless another one has taken its name.</summary>
    public async Task DeleteAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        var result = await client.DeleteAsync(ResourceType.PrometheusRule, Id, Metadata.Uid, cancellationToken).ConfigureAwait(false);
        result.EnsureAccepted(Id);
    }

    /// <summary>Reads a PrometheusRule; null if the object is no Kubernetes object.</summary>
    public static RuleObject? From(JsonElement json) =>
        ObjectMetadataReader.FromMetadata(json.Member("metadata")) is { } metadata ? new RuleObject(metadata, json) : null;
}

/// <summary>An alert rule of a PrometheusRule.</summary>
/// <param name="Group">The name of its group.</param>
/// <param name="Json">The rule as it is in the object.</param>
internal sealed record AlertRuleText(string Name, string Group, JsonElement Json)
{
    public string Expression => Json.Text("expr") ?? string.Empty;

    /// <summary>Reads a rule; null if it is no alert rule.</summary>
    public static AlertRuleText? From(JsonElement group, JsonElement rule) =>
        rule.Text("alert") is { } name ? new AlertRuleText(name, group.Text("name") ?? string.Empty, rule.Clone()) : null;

    /// <summary>Lists the alert rules of an object that is to be applied.</summary>
    public static IReadOnlyList<AlertRuleText> List(JsonObject rendered)
    {
        using var document = JsonDocument.Parse(rendered.ToJsonString());
        return
        [
            .. document.RootElement.Member("spec")
                .Items("groups")
                .SelectMany(group => group.Items("rules").Select(rule => From(group, rule)!)),
        ];
    }

    /// <summary>Whether two rules are the same.</summary>
    public bool IsSameAs(AlertRuleText other) =>
        Group == other.Group && JsonEquality.AreEqual(JsonNode.Parse(Json.GetRawText()), JsonNode.Parse(other.Json.GetRawText()));

    /// <summary>Shows the rule.</summary>
    /// <param name="place">The namespace of the Milvus.</param>
    /// <param name="instance">The name of the Milvus.</param>
    /// <param name="source">The object that has the rule; null if it is not known.</param>
    public MilvusAlertRule Show(string place, string instance, ResourceId? source) => new()
    {
        Instance = instance,
        Namespace = place,
        Name = Name,
        Group = Group,
        Severity = Json.Member("labels").Text(AlertWords.Severity),
        Expression = Expression,
        For = Json.Text("for") is { } time ? ScrapeDuration.Parse(time) ?? TimeSpan.Zero : TimeSpan.Zero,
        RunbookUri = Json.Member("annotations").Text(AlertWords.Runbook),
        Source = source?.ToString(),
    };
}
