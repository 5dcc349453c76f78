using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Campaigns.Fuzzing;
using MilvusMonitoring.KubePrometheus.Inventories;

namespace MilvusMonitoring.Campaigns.Tenants;

/// <summary>Writes into one namespace what a user with the role <c>edit</c> there can write, to mislead this module.</summary>
internal sealed class Tenant(Random random)
{
    public const string Namespace = "a-tenant";

    private const string Stack = "monitoring";
    private const int MostObjects = 6;

    private static readonly string[] Namespaces = [Namespace, Stack, "team-a", "default", "is-not-there", string.Empty, "..", "a/b", "A b"];

    /// <summary>What others have, which the tenant would have removed.</summary>
    private static readonly (string Group, string Version, string Kind, string Plural, string? Namespace, string Name)[] Victims =
    [
        (string.Empty, "v1", "Namespace", "namespaces", null, "team-a"),
        (string.Empty, "v1", "ConfigMap", "configmaps", "team-a", "settings"),
        (string.Empty, "v1", "Secret", "secrets", "team-a", "alertmanager-main"),
        ("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", null, "prometheus-team-a"),
        ("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", null, "prometheus-team-a"),
        (string.Empty, "v1", "Service", "services", "kube-system", "kubelet-team-a"),
        (string.Empty, "v1", "Pod", "../../namespaces/team-a/configmaps", null, "settings"),
        (string.Empty, "v1", "Secret", "secrets", "../namespaces/team-a", "alertmanager-main"),
        (string.Empty, "v1", "Namespace", "namespaces", null, Stack),
    ];

    private static readonly string[] Words =
    [
        "##vso[task.setvariable variable=a]b", "\u001b]0;a\u0007", "\"manifestDigest\":", "\"uid\":", "\"entries\":[", "\"leftAlone\":\"a\",",
        "\"namespace\":\"monitoring\",", "\"name\":\"prometheus-k8s\",", "\"plural\":\"../secrets\",", "\"kind\":\"Namespace\",",
    ];

    public static void PutNamespace(Cluster cluster) =>
        cluster.Put(JsonNode.Parse($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Namespace}}"} }""")!.AsObject(), "admin");

    /// <summary>Writes a few objects.</summary>
    public void Write(Cluster cluster)
    {
        for (var count = random.Next(1, MostObjects); count > 0; count--)
        {
            var made = Create(cluster);
            var (apiVersion, kind, name) = ((string)made["apiVersion"]!, (string)made["kind"]!, (string)made["metadata"]!["name"]!);
            if (cluster.Find(apiVersion, kind, Namespace, name) is null)
            {
                cluster.Put(made, "tenant");
            }
        }
    }

    private JsonObject Create(Cluster cluster) => random.Next(8) switch
    {
        < 4 => CreateInventory(cluster),
        4 => CreateHelmRecord(),
        5 => CreateWorkload(),
        6 => CreateService(),
        _ => CreatePod(),
    };

    /// <summary>An inventory that lists others' objects, or parts of the real stack, as recorded or made up.</summary>
    private JsonObject CreateInventory(Cluster cluster)
    {
        var real = FindRealInventory(cluster);
        var entries = new List<InventoryEntry>();
        foreach (var (group, version, kind, plural, place, name) in Victims.Where(_ => random.Next(3) == 0))
        {
            var live = FindLive(cluster, group.Length == 0 ? version : $"{group}/{version}", kind, place, name);
            entries.Add(new InventoryEntry
            {
                Group = group,
                Version = version,
                Kind = kind,
                Plural = plural,
                Namespace = place,
                Name = name,
                Component = "grafana",
                File = random.Next(2) == 0 ? "prometheus-service.yaml" : null,
                Uid = random.Next(4) == 0 ? null : (string?)live?["metadata"]!["uid"] ?? Guid.NewGuid().ToString(),
                ResourceVersion = (string?)live?["metadata"]!["resourceVersion"],
                LeftAlone = random.Next(8) == 0 ? "left" : null,
            });
        }

        entries.AddRange((real?.Entries ?? []).Where(_ => random.Next(2) == 0));
        var inventory = new Inventory
        {
            Namespace = Pick(Namespaces),
            Release = random.Next(2) == 0 ? "v0.18.0" : "'; Remove-Item /",
            Source = "/tmp/x",
            ManifestDigest = random.Next(3) == 0 ? null : real?.ManifestDigest ?? "sha256:0",
            AppliedAt = DateTimeOffset.UnixEpoch.AddDays(random.Next(40000)),
            Entries = entries,
        };
        var configMap = JsonNode.Parse(InventoryDocument.Write(inventory).Span)!.AsObject();
        var metadata = configMap["metadata"]!.AsObject();
        metadata["namespace"] = Namespace;
        metadata["name"] = random.Next(4) == 0 ? $"inventory-{random.Next(9)}" : InventoryDocument.Name;
        if (random.Next(3) == 0)
        {
            Spoil(configMap["binaryData"]!.AsObject());
        }

        return configMap;
    }

    private void Spoil(JsonObject data)
    {
        var (key, value) = (data.First().Key, Convert.FromBase64String((string)data.First().Value!));
        var spoilt = random.Next(3) switch
        {
            0 => Compress(new byte[32 << 20]),
            1 => Compress(new Mutator([Encoding.UTF8.GetString(Decompress(value))], Words).Next(random)),
            _ => value[..random.Next(value.Length)],
        };
        data[key] = Convert.ToBase64String(spoilt);
    }

    private JsonObject CreateHelmRecord()
    {
        var name = Pick("my-release", "$(x)", "##vso[task.complete]", "other");
        var record = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = Pick(Namespaces),
            ["version"] = 1,
            ["info"] = new JsonObject { ["status"] = Pick("deployed", "##vso[task.complete]", "failed") },
            ["chart"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "milvus", ["version"] = Pick("5.0.19", "5; rm"), ["appVersion"] = "\u001b[2J" },
                ["values"] = new JsonObject { ["metrics"] = new JsonObject { ["enabled"] = true } },
            },
            ["config"] = new JsonObject { ["fullnameOverride"] = Pick("x", "../../x", "team-a/settings"), },
        };
        var packed = Compress(Encoding.UTF8.GetBytes(record.ToJsonString()));
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(Convert.ToBase64String(packed)));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"sh.helm.release.v1.tenant{random.Next(3)}.v1",
                ["namespace"] = Namespace,
                ["labels"] = new JsonObject { ["owner"] = "helm", ["name"] = "my-release", ["status"] = "deployed", ["version"] = "1" },
            },
            ["type"] = "helm.sh/release.v1",
            ["data"] = new JsonObject { ["release"] = text },
        };
    }

    /// <remarks>Not an operator: without RBAC every service account could run one, and a first installation stops beside it.</remarks>
    private JsonObject CreateWorkload() => JsonNode.Parse($$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"w{{random.Next(3)}}","namespace":"{{Namespace}}",
         "labels":{"app.kubernetes.io/name":"{{Pick("grafana", "prometheus")}}","app.kubernetes.io/part-of":"kube-prometheus",
           "milvus-monitoring/access":"prometheus"} },
         "spec":{"replicas":{{random.Next(2)}},"selector":{"matchLabels":{"a":"b"} },"template":{"metadata":{"labels":{"a":"b"} },
           "spec":{"containers":[{"name":"c","image":"i"}]} } } }
        """)!.AsObject();

    private JsonObject CreateService() => JsonNode.Parse($$"""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{Pick("prometheus-k8s", "grafana", "my-release-milvus")}}","namespace":"{{Namespace}}",
         "labels":{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release","app.kubernetes.io/part-of":"kube-prometheus"} },
         "spec":{"ports":[{"name":"metrics","port":9091}]} }
        """)!.AsObject();

    private JsonObject CreatePod() => JsonNode.Parse($$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p{{random.Next(3)}}","namespace":"{{Namespace}}",
         "labels":{"app.kubernetes.io/name":"prometheus","app.kubernetes.io/instance":"k8s","prometheus":"k8s"},
         "annotations":{"milvus-monitoring/granted-rules":"[]"} },
         "spec":{"containers":[{"name":"c","image":"i"}]} }
        """)!.AsObject();

    private static Inventory? FindRealInventory(Cluster cluster) =>
        cluster.Find("v1", "ConfigMap", Stack, InventoryDocument.Name) is { } configMap
            ? InventoryDocument.Read(JsonSerializer.SerializeToElement(configMap))
            : null;

    private static JsonObject? FindLive(Cluster cluster, string apiVersion, string kind, string? place, string name) =>
        place?.Contains('/', StringComparison.Ordinal) is true ? null : cluster.Find(apiVersion, kind, place, name);

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    private static byte[] Compress(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var zipped = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            zipped.Write(content);
        }

        return stream.ToArray();
    }

    private static byte[] Decompress(byte[] content)
    {
        using var unzipped = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
        using var stream = new MemoryStream();
        unzipped.CopyTo(stream);
        return stream.ToArray();
    }
}
