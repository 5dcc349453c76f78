using System.Text.Json.Nodes;

namespace EmbeddedCluster.Authorization;

/// <summary>One rule of a role.</summary>
internal sealed record PolicyRule
{
    private const string Any = "*";

    public IReadOnlyList<string> Verbs { get; init; } = [];

    public IReadOnlyList<string> ApiGroups { get; init; } = [];

    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> ResourceNames { get; init; } = [];

    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    public static PolicyRule Parse(JsonNode? rule) => new()
    {
        Verbs = Strings(rule, "verbs"),
        ApiGroups = Strings(rule, "apiGroups"),
        Resources = Strings(rule, "resources"),
        ResourceNames = Strings(rule, "resourceNames"),
        NonResourceUrls = Strings(rule, "nonResourceURLs"),
    };

    public static IReadOnlyList<PolicyRule> ParseAll(JsonNode? rules) => [.. (rules as JsonArray ?? []).Select(Parse)];

    public JsonObject ToJson()
    {
        var result = new JsonObject { ["verbs"] = Array(Verbs) };
        foreach (
            var (name, values) in new[]
            {
                ("apiGroups", ApiGroups),
                ("resources", Resources),
                ("resourceNames", ResourceNames),
                ("nonResourceURLs", NonResourceUrls),
            })
        {
            if (values.Count > 0)
            {
                result[name] = Array(values);
            }
        }

        return result;
    }

    public bool Allows(RequestAttributes request)
    {
        if (!Has(Verbs, request.Verb))
        {
            return false;
        }

        return request.NonResourceUrl is { } url
            ? NonResourceUrls.Any(pattern => UrlCovers(pattern, url))
            : Has(ApiGroups, request.ApiGroup)
                && Resources.Any(resource => ResourceCovers(resource, request.CombinedResource))
                && (ResourceNames.Count == 0 || ResourceNames.Contains(request.Name));
    }

    /// <summary>Whether whoever holds this rule may do all that the other one allows.</summary>
    public bool Covers(PolicyRule other) =>
        other.Verbs.All(verb => Has(Verbs, verb))
        && other.ApiGroups.All(group => Has(ApiGroups, group))
        && other.Resources.All(resource => Resources.Any(held => ResourceCovers(held, resource)))
        && other.NonResourceUrls.All(url => NonResourceUrls.Any(held => UrlCovers(held, url)))
        && (ResourceNames.Count == 0 || (other.ResourceNames.Count > 0 && other.ResourceNames.All(ResourceNames.Contains)));

    /// <summary>The rule in its smallest parts: one verb on one resource, or one path.</summary>
    public IEnumerable<PolicyRule> Parts() =>
        (from @group in ApiGroups
         from resource in Resources
         from verb in Verbs
         from name in ResourceNames.DefaultIfEmpty()
         select new PolicyRule { ApiGroups = [@group], Resources = [resource], Verbs = [verb], ResourceNames = name is null ? [] : [name] })
        .Concat(
            from url in NonResourceUrls
            from verb in Verbs
            select new PolicyRule { NonResourceUrls = [url], Verbs = [verb] });

    /// <summary>The spelling of escalation messages: <c>{APIGroups:[""], Resources:["pods"], Verbs:["get"]}</c>.</summary>
    public override string ToString()
    {
        var parts = new[]
        {
            ("APIGroups", ApiGroups),
            ("Resources", Resources),
            ("NonResourceURLs", NonResourceUrls),
            ("ResourceNames", ResourceNames),
            ("Verbs", Verbs),
        };
        return "{" + string.Join(", ", parts.Where(part => part.Item2.Count > 0).Select(part => $"{part.Item1}:{Quote(part.Item2)}")) + "}";
    }

    /// <summary>A list as servers print it: <c>["get" "list"]</c>.</summary>
    public static string Quote(IEnumerable<string> values) => "[" + string.Join(' ', values.Select(value => $"\"{value}\"")) + "]";

    private static bool Has(IReadOnlyList<string> held, string wanted) => held.Contains(Any) || held.Contains(wanted);

    private static bool ResourceCovers(string held, string wanted)
    {
        if (held == Any || held == wanted)
        {
            return true;
        }

        // "*/scale" stands for that subresource of every resource.
        var slash = wanted.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && held == Any + wanted[slash..];
    }

    private static bool UrlCovers(string held, string wanted) =>
        held == Any || held == wanted || (held.EndsWith('*') && wanted.StartsWith(held.TrimEnd('*'), StringComparison.Ordinal));

    private static string[] Strings(JsonNode? rule, string name) =>
        [.. (rule?[name] as JsonArray ?? []).Select(value => (string?)value ?? "")];

    private static JsonArray Array(IReadOnlyList<string> values) => [.. values.Select(value => (JsonNode)value)];
}
