using System.Text.Json.Nodes;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>One rule of a role: each of its verbs on each of its resources in each of its API groups.</summary>
internal sealed record PolicyRule
{
    private const string Any = "*";

    public IReadOnlyList<string> ApiGroups { get; init; } = [];

    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>The names of the allowed objects; empty for all.</summary>
    public IReadOnlyList<string> ResourceNames { get; init; } = [];

    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    /// <summary>The smallest parts of the rule.</summary>
    public IEnumerable<Permission> Permissions =>
        (from @group in ApiGroups
         from resource in Resources
         from name in ResourceNames.DefaultIfEmpty()
         from verb in Verbs
         select new Permission(verb, @group, resource, name))
        .Concat(
            from path in NonResourceUrls
            from verb in Verbs
            select new Permission(verb, string.Empty, string.Empty, Path: path));

    /// <summary>Reads the rules of a role.</summary>
    /// <param name="rules">The value of <c>rules</c>. Anything but an array counts as no rules.</param>
    public static IReadOnlyList<PolicyRule> ParseAll(JsonNode? rules) => [.. (rules as JsonArray ?? []).OfType<JsonObject>().Select(Parse)];

    /// <summary>Whether the rule grants a permission on all objects of a resource.</summary>
    /// <param name="permission">A permission on a resource without a subresource and without a name.</param>
    public bool Allows(Permission permission) =>
        ResourceNames.Count == 0
        && Has(Verbs, permission.Verb)
        && Has(ApiGroups, permission.Group)
        && Has(Resources, permission.Resource);

    /// <summary>Writes the rule in the API server's form.</summary>
    public JsonObject ToJson()
    {
        var rule = new JsonObject();
        Add("apiGroups", ApiGroups);
        Add("resources", Resources);
        Add("resourceNames", ResourceNames);
        Add("nonResourceURLs", NonResourceUrls);
        Add("verbs", Verbs);
        return rule;

        void Add(string name, IReadOnlyList<string> values)
        {
            if (values.Count > 0)
            {
                rule[name] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
            }
        }
    }

    private static PolicyRule Parse(JsonObject rule) => new()
    {
        ApiGroups = Texts(rule["apiGroups"]),
        Resources = Texts(rule["resources"]),
        Verbs = Texts(rule["verbs"]),
        ResourceNames = Texts(rule["resourceNames"]),
        NonResourceUrls = Texts(rule["nonResourceURLs"]),
    };

    private static bool Has(IReadOnlyList<string> held, string wanted) => held.Contains(Any) || held.Contains(wanted);

    private static string[] Texts(JsonNode? values) =>
    [
        .. (values as JsonArray ?? [])
            .OfType<JsonValue>()
            .Select(value => value.TryGetValue(out string? text) ? text : null)
            .OfType<string>(),
    ];
}
