using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace EmbeddedCluster;

/// <summary>A small Milvus to put into a cluster: its Helm release record, a Deployment and the Service of its metrics.</summary>
public sealed record SampleMilvus
{
    public string Name { get; init; } = "my-release";

    public string Namespace { get; init; } = "default";

    public string Chart { get; init; } = "milvus";

    public string ChartVersion { get; init; } = "5.0.19";

    public string AppVersion { get; init; } = "2.6.15";

    /// <summary>What its pods run.</summary>
    public string Image { get; init; } = "milvusdb/milvus:v2.6.15";

    public int Revision { get; init; } = 1;

    public string Status { get; init; } = "deployed";

    /// <summary>The user's values.</summary>
    public JsonObject Values { get; init; } = [];

    /// <summary>The namespace of the record, if it is not that of the release.</summary>
    public string? StorageNamespace { get; init; }

    /// <summary>Members of the chart's metadata beyond name and version, such as its dependencies.</summary>
    public JsonObject ChartMetadata { get; init; } = [];

    /// <summary>The values of the chart; null for those of the Milvus chart.</summary>
    public JsonObject? Defaults { get; init; }

    /// <summary>What the chart has rendered.</summary>
    public string Manifest { get; init; } = "";

    /// <summary>When the revision was written.</summary>
    public string UpdatedAt { get; init; } = "2026-08-01T10:00:00Z";

    /// <summary>Whether Helm keeps its records in ConfigMaps.</summary>
    public bool InConfigMap { get; init; }

    /// <summary>Puts the record and the workload into the cluster.</summary>
    public void PutInto(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        PutRecordInto(cluster);
        cluster.Put(Deployment());
        cluster.Put(Service());
    }

    /// <summary>Puts only the record of this revision into the cluster.</summary>
    public void PutRecordInto(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (Namespace != "default" && cluster.Find("v1", "Namespace", null, Namespace) is null)
        {
            cluster.Put(Object("v1", "Namespace", Namespace, null));
        }

        cluster.Put(ReleaseRecord(), "helm");
    }

    /// <summary>What Helm keeps of this revision.</summary>
    public JsonObject ReleaseRecord()
    {
        var record = Object("v1", InConfigMap ? "ConfigMap" : "Secret", $"sh.helm.release.v1.{Name}.v{Revision}", new JsonObject
        {
            ["owner"] = "helm",
            ["name"] = Name,
            ["status"] = Status,
            ["version"] = Revision.ToString(CultureInfo.InvariantCulture),
        });
        record["metadata"]!["namespace"] = StorageNamespace ?? Namespace;
        var text = Convert.ToBase64String(Pack(Record().ToJsonString()));
        record["data"] = new JsonObject { ["release"] = InConfigMap ? text : Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) };
        if (!InConfigMap)
        {
            record["type"] = "helm.sh/release.v1";
        }

        return record;
    }

    /// <summary>The Deployment of its one component.</summary>
    public JsonObject Deployment()
    {
        var deployment = Object("apps/v1", "Deployment", $"{Name}-milvus-standalone", Labels());
        deployment["spec"] = new JsonObject
        {
            ["replicas"] = 1,
            ["selector"] = new JsonObject { ["matchLabels"] = Labels() },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = Labels() },
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = "milvus",
                            ["image"] = Image,
                            ["ports"] = new JsonArray(new JsonObject { ["name"] = "metrics", ["containerPort"] = 9091 }),
                        }),
                },
            },
        };
        return deployment;
    }

    /// <summary>The Service of its metrics.</summary>
    public JsonObject Service()
    {
        var service = Object("v1", "Service", $"{Name}-milvus", Labels());
        service["spec"] = new JsonObject
        {
            ["selector"] = Labels(),
            ["ports"] = new JsonArray(
                new JsonObject { ["name"] = "milvus", ["port"] = 19530 },
                new JsonObject
                {
                    ["name"] = "metrics",
                    ["port"] = 9091,
                    ["targetPort"] = "metrics",
                }),
        };
        return service;
    }

    private JsonObject Record()
    {
        var metadata = ChartMetadata.DeepClone().AsObject();
        metadata["name"] = Chart;
        metadata["version"] = ChartVersion;
        metadata["appVersion"] = AppVersion;
        return new()
        {
            ["name"] = Name,
            ["namespace"] = Namespace,
            ["version"] = Revision,
            ["info"] = new JsonObject { ["status"] = Status, ["last_deployed"] = UpdatedAt },
            ["chart"] = new JsonObject
            {
                ["metadata"] = metadata,
                ["values"] = Defaults?.DeepClone() ?? JsonNode.Parse(
                    """
                    {"cluster":{"enabled":true},"metrics":{"enabled":true,"serviceMonitor":{"enabled":false,"interval":"30s","scrapeTimeout":"10s","additionalLabels":{}}}}
                    """
                ),
            },
            ["config"] = Values.DeepClone(),
            ["manifest"] = Manifest,
        };
    }

    private JsonObject Labels() =>
        new()
        {
            ["app.kubernetes.io/name"] = "milvus",
            ["app.kubernetes.io/instance"] = Name,
            ["component"] = "standalone",
        };

    private JsonObject Object(string apiVersion, string kind, string name, JsonObject? labels)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (labels is not null)
        {
            metadata["namespace"] = Namespace;
            metadata["labels"] = labels;
        }

        return new() { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }

    private static byte[] Pack(string json)
    {
        using var stream = new MemoryStream();
        using (var packing = new GZipStream(stream, CompressionMode.Compress, leaveOpen: true))
        {
            packing.Write(Encoding.UTF8.GetBytes(json));
        }

        return stream.ToArray();
    }
}
