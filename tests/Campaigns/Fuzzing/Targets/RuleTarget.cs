using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Access;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>
/// The rules of roles: what is missing, against a model that asks every permission one by one; and granting, then revoking, leaves a role
/// as it was.
/// </summary>
internal static class RuleTarget
{
    private static readonly string[] Groups = ["", "discovery.k8s.io", "*", "apps"];
    private static readonly string[] Resources = ["pods", "services", "endpoints", "endpointslices", "*", "pods/log", "nodes"];
    private static readonly string[] Verbs = ["get", "list", "watch", "*", "create"];
    private static readonly Mutator Roles = new(
        [
            """{"kind":"ClusterRole","metadata":{"name":"a","resourceVersion":"1","annotations":{"milvus-monitoring/granted-rules":"[{\"apiGroups\":[\"discovery.k8s.io\"],\"resources\":[\"endpointslices\"],\"verbs\":[\"get\"]}]"}},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]},{"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["get"]},{"nonResourceURLs":["/metrics"],"verbs":["get"]}]}""",
        ],
        [
            "\"rules\":null",
            "\"rules\":[null,1,[]]",
            "\"verbs\":null",
            "\"verbs\":\"*\"",
            "\"resources\":[null,1]",
            "[{}]",
            "\"annotations\":[]",
            "\"metadata\":1,",
            "\\\"\\ud800\\\"",
        ]);

    public static void TryOne(Random random)
    {
        if (random.Next(3) == 0)
        {
            TryHostile(random);
            return;
        }

        var rules = new JsonArray([.. Enumerable.Range(0, random.Next(6)).Select(_ => (JsonNode)Rule(random))]);
        var role = new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "ClusterRole",
            ["metadata"] = new JsonObject { ["name"] = "a", ["resourceVersion"] = "1" },
            ["rules"] = rules,
        };
        var missing = DiscoveryRules.ListMissing(PolicyRule.ParseAll(rules));
        foreach (
            var (group, resource) in (ReadOnlySpan<(string, string)>)
                [("", "pods"), ("", "services"), ("", "endpoints"), ("discovery.k8s.io", "endpointslices")])
        {
            foreach (var verb in (ReadOnlySpan<string>)["get", "list", "watch"])
            {
                var held = rules.Any(rule => Allows(rule!, group, resource, verb));
                var added = missing.Any(rule => Allows(rule.ToJson(), group, resource, verb));
                PropertyException.Check(held || added, () => $"{verb} on {resource} is neither held nor missing: {rules.ToJsonString()}");
            }
        }

        var granted = Apply(role, RolePatch.Grant(role));
        PropertyException.Check(RolePatch.Grant(granted).IsEmpty, () => $"granting twice changes {granted.ToJsonString()}");
        var revoked = Apply(granted, RolePatch.Revoke(granted));
        PropertyException.Check(JsonNode.DeepEquals(revoked["rules"], role["rules"]), () =>
            $"of {rules.ToJsonString()} revoking leaves {revoked["rules"]?.ToJsonString()}");
    }

    private static void TryHostile(Random random)
    {
        if (Documents.Next(Roles, random) is { ValueKind: JsonValueKind.Object } document)
        {
            var role = JsonObject.Create(document)!;
            RolePatch.Grant(role);
            RolePatch.Revoke(role);
        }
    }

    private static JsonObject Rule(Random random)
    {
        var rule = new JsonObject
        {
            ["apiGroups"] = Some(Groups, random),
            ["resources"] = Some(Resources, random),
            ["verbs"] = Some(Verbs, random),
        };
        if (random.Next(6) == 0)
        {
            rule["resourceNames"] = new JsonArray("one");
        }

        return rule;
    }

    private static JsonArray Some(string[] from, Random random) =>
        new([.. from.Where(_ => random.Next(3) == 0).Select(value => (JsonNode)value)]);

    /// <summary>As an API server decides for all objects of a resource.</summary>
    private static bool Allows(JsonNode rule, string group, string resource, string verb) =>
        rule["resourceNames"] is null && Has(rule["apiGroups"], group) && Has(rule["resources"], resource) && Has(rule["verbs"], verb);

    private static bool Has(JsonNode? list, string value) =>
        list is JsonArray values && values.Any(each => (string?)each == "*" || (string?)each == value);

    /// <summary>The operations of a JSON patch that roles are patched with.</summary>
    private static JsonObject Apply(JsonObject role, RolePatch patch)
    {
        var result = role.DeepClone().AsObject();
        foreach (var operation in patch.IsEmpty ? [] : JsonNode.Parse(patch.Operations.Span)!.AsArray())
        {
            var path = ((string)operation!["path"]!)[1..]
                .Split('/')
                .Select(part => part.Replace("~1", "/", StringComparison.Ordinal))
                .ToArray();
            var parent = path[..^1].Aggregate((JsonNode)result, (node, part) => node[part]!);
            switch ((string)operation["op"]!, parent)
            {
                case ("add", JsonArray array):
                    array.Add(operation["value"]!.DeepClone());
                    break;
                case ("add", _):
                    parent[path[^1]] = operation["value"]!.DeepClone();
                    break;
                case ("remove", JsonArray array):
                    array.RemoveAt(int.Parse(path[^1], System.Globalization.CultureInfo.InvariantCulture));
                    break;
                case ("remove", JsonObject parentObject):
                    parentObject.Remove(path[^1]);
                    break;
            }
        }

        return result;
    }
}
