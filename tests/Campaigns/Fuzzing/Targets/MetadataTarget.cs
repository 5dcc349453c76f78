using System.Text.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>Objects as they come out of a list: their metadata, inventories and monitors.</summary>
internal static class MetadataTarget
{
    private static readonly Mutator Objects = new(
        [
            """{"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"a","namespace":"b","uid":"u","resourceVersion":"1","creationTimestamp":"2026-01-01T00:00:00Z","deletionTimestamp":"2026-01-02T00:00:00Z","finalizers":["f"],"labels":{"helm.sh/chart":"milvus-5.0.19"},"annotations":{"x":"y"},"ownerReferences":[{"kind":"Milvus","apiVersion":"milvus.io/v1beta1"}],"managedFields":[{"manager":"milvus-monitoring","operation":"Apply","time":"2026-01-01T00:00:00Z","fieldsV1":{"f:spec":{}}},{"manager":"helm","operation":"Update","subresource":"status"}]},"spec":{"endpoints":[{"port":"metrics","interval":"30s"}],"selector":{"matchLabels":{"app.kubernetes.io/name":"milvus"}}}}""",
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{InventoryDocument.Name}}}","namespace":"monitoring","uid":"u"},"binaryData":{"inventory.json.gz":"H4sIAAAAAAAAA6tWSkosUbJSUHLOz0vLTFGqBQB5c3yQEQAAAA=="}}""",
        ],
        [
            "\"labels\":{\"a\":\"1\",\"a\":\"2\"},",
            "\"uid\":1,",
            "\"deletionTimestamp\":\"soon\",",
            "\"labels\":[],",
            "\"managedFields\":[null,1,{}],",
            "\"finalizers\":[1],",
            "\"annotations\":{\"a\":\"\\ud800\"},",
            "\"name\":\"\\udc00\",",
            "\"fieldsV1\":null",
        ]);

    public static void TryOne(Random random)
    {
        if (Documents.Next(Objects, random) is { } document)
        {
            _ = ObjectMetadataReader.Read(JsonSerializer.SerializeToUtf8Bytes(document))?.OwnedFields;
            _ = LiveMonitor.From(ResourceType.ServiceMonitor, document) is { IsOfMilvus: true, Instance: not null };
            _ = InventoryDocument.Read(document)?.Entries.Select(entry => entry.Id).ToList();
        }
    }
}
