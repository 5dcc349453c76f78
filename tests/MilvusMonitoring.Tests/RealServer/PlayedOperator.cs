using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests;

/// <summary>
/// Plays the Prometheus operator on a real cluster that cannot have its image: while its Deployment is available, makes what the real one
/// was recorded to make of <c>Prometheus/monitoring/k8s</c> and of the ServiceMonitors of Milvus.
/// </summary>
internal sealed class PlayedOperator : IAsyncDisposable
{
    private const string Monitoring = "/apis/monitoring.coreos.com/v1";
    private const string Core = "/api/v1/namespaces/monitoring";
    private const string Sets = "/apis/apps/v1/namespaces/monitoring/statefulsets";

    /// <summary>The probes that a pod becomes ready by; the recorded ones take up to 15 s.</summary>
    private static readonly string[] s_waitedFor = ["startupProbe", "readinessProbe"];

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Dictionary<string, string> _made = [];
    private readonly JsonObject _recordedSet = OperatorRecordings.Read("statefulset-prometheus-k8s.json");
    private readonly ServerAdmin _admin;
    private readonly PlayedDiscovery _discovery;
    private readonly Task _playing;

    public PlayedOperator(string kubeconfig, TemporaryFolder folder)
    {
        _admin = new ServerAdmin(kubeconfig);
        _discovery = new PlayedDiscovery(kubeconfig, folder.PathOf("kubeconfig-prometheus"));
        _playing = PlayAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _playing;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _discovery.Dispose();
        _admin.Dispose();
        _stop.Dispose();
    }

    private async Task PlayAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            var deployment = await ReadAsync("/apis/apps/v1/namespaces/monitoring/deployments/prometheus-operator");
            if ((int?)deployment["status"]?["availableReplicas"] is not > 0)
            {
                continue;
            }

            if (await LiveAsync($"{Monitoring}/namespaces/monitoring/prometheuses/k8s") is { } prometheus)
            {
                await ServePrometheusAsync(prometheus);
            }

            if (await LiveAsync($"{Monitoring}/namespaces/monitoring/alertmanagers/main") is { } alertmanager)
            {
                await ApplyAsync($"{Sets}/alertmanager-main", alertmanager, AlertmanagerSet(alertmanager));
            }
        }
    }

    private async Task ServePrometheusAsync(JsonObject prometheus)
    {
        var monitors = (await ReadAsync($"{Monitoring}/servicemonitors"))["items"]?.AsArray() ?? [];
        var ofMilvus = monitors.Select(monitor => monitor!.AsObject()).Where(OperatorConfiguration.IsOfMilvus);
        var configuration = OperatorConfiguration.For(prometheus, [.. ofMilvus]);
        await _discovery.ResolveAsync(configuration, _stop.Token);
        await ApplyAsync($"{Core}/secrets/prometheus-k8s-tls-assets-0", prometheus, Secret(("none", [])));
        await ApplyAsync($"{Core}/secrets/prometheus-k8s-web-config", prometheus, Secret(("web-config.yaml", [])));
        var changed = await ApplyAsync($"{Core}/secrets/prometheus-k8s", prometheus, Secret(("prometheus.yaml.gz", Pack(configuration))));
        await ApplyAsync($"{Core}/services/prometheus-operated", prometheus, OperatedService());
        await ApplyAsync($"{Sets}/prometheus-k8s", prometheus, PrometheusSet(prometheus));
        if (changed)
        {
            await HastenAsync(prometheus);
        }
    }

    /// <summary>A kubelet brings a changed Secret into a pod when it next looks at the pod: in up to 90 s, or on a change.</summary>
    private async Task HastenAsync(JsonObject prometheus)
    {
        var annotations = new JsonObject { ["hastened"] = $"{Guid.NewGuid()}" };
        var mark = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }.ToJsonString();
        for (var replica = 0; replica < (int)prometheus["spec"]!["replicas"]!; replica++)
        {
            var pod = $"{Core}/pods/prometheus-k8s-{replica}";
            await _admin.SendAsync(HttpMethod.Patch, pod, Encoding.UTF8.GetBytes(mark), _stop.Token, "application/merge-patch+json");
        }
    }

    /// <summary>The recorded one, of a newer operator, with this one's images.</summary>
    private JsonObject PrometheusSet(JsonObject prometheus)
    {
        var set = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = _recordedSet["metadata"]!["labels"]!.DeepClone() },
            ["spec"] = _recordedSet["spec"]!.DeepClone(),
        };
        var spec = set["spec"]!.AsObject();

        // Kubernetes 1.20 does not have this field yet.
        spec.Remove("persistentVolumeClaimRetentionPolicy");
        spec["replicas"] = prometheus["spec"]!["replicas"]!.DeepClone();
        var template = spec["template"]!;

        // Operators up to 0.50 wrote this label; the Service of kube-prometheus 0.8 selects by it.
        template["metadata"]!["labels"]!["app"] = "prometheus";
        foreach (var container in template["spec"]!["containers"]!.AsArray().Concat(template["spec"]!["initContainers"]!.AsArray()))
        {
            container!["image"] = (string?)container["name"] == "prometheus" ? (string)prometheus["spec"]!["image"]! : NodeImages.Reloader;
            foreach (var probe in s_waitedFor.Select(probe => container[probe]).OfType<JsonObject>())
            {
                probe["periodSeconds"] = 1;
            }
        }

        return set;
    }

    private static JsonObject AlertmanagerSet(JsonObject alertmanager) => new()
    {
        ["spec"] = new JsonObject
        {
            ["replicas"] = alertmanager["spec"]!["replicas"]!.DeepClone(),
            ["podManagementPolicy"] = "Parallel",
            ["serviceName"] = "alertmanager-operated",
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["alertmanager"] = "main" } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["alertmanager"] = "main", ["app"] = "alertmanager" } },
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray(new JsonObject
                    {
                        ["name"] = "alertmanager",
                        ["image"] = (string)alertmanager["spec"]!["image"]!,
                    }),
                },
            },
        },
    };

    private static JsonObject OperatedService() => JsonNode.Parse("""
        {"metadata":{"labels":{"managed-by":"prometheus-operator","operated-prometheus":"true"}},
         "spec":{"clusterIP":"None","selector":{"app.kubernetes.io/name":"prometheus"},
                 "ports":[{"name":"web","port":9090,"protocol":"TCP","targetPort":"web"}]}}
        """)!.AsObject();

    private static JsonObject Secret((string Key, byte[] Value) entry) =>
        new() { ["data"] = new JsonObject { [entry.Key] = Convert.ToBase64String(entry.Value) } };

    private static byte[] Pack(JsonObject configuration)
    {
        using var stream = new MemoryStream();
        using (var packing = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            // Each JSON text is YAML, too.
            packing.Write(Encoding.UTF8.GetBytes(configuration.ToJsonString(new JsonSerializerOptions { WriteIndented = true })));
        }

        return stream.ToArray();
    }

    /// <summary>Applies an object that belongs to the operator's resource; what cannot be applied yet waits for the next turn.</summary>
    /// <returns>Whether something was applied.</returns>
    private async Task<bool> ApplyAsync(string path, JsonObject owner, JsonObject value)
    {
        var (kind, apiVersion) = path.Split('/')[^2] switch
        {
            "statefulsets" => ("StatefulSet", "apps/v1"),
            "secrets" => ("Secret", "v1"),
            _ => ("Service", "v1"),
        };
        value["apiVersion"] = apiVersion;
        value["kind"] = kind;
        value["metadata"] ??= new JsonObject();
        value["metadata"]!["name"] = path.Split('/')[^1];
        value["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "monitoring.coreos.com/v1",
            ["kind"] = owner["kind"]!.DeepClone(),
            ["name"] = owner["metadata"]!["name"]!.DeepClone(),
            ["uid"] = owner["metadata"]!["uid"]!.DeepClone(),
            ["controller"] = true,
            ["blockOwnerDeletion"] = true,
        });
        var text = value.ToJsonString();
        if (_made.GetValueOrDefault(path) == text)
        {
            return false;
        }

        var request = $"{path}?fieldManager=PrometheusOperator&force=true";
        var (status, answer) = await _admin.AskAsync(HttpMethod.Patch, request, text, _stop.Token, "application/apply-patch+yaml");
        if (status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // The namespace is on its way out, or somebody was faster.
            return false;
        }

        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, $"{path}: {answer}");
        _made[path] = text;
        return true;
    }

    /// <summary>The object; null where there is none, or where it is on its way out.</summary>
    private async Task<JsonObject?> LiveAsync(string path) =>
        await ReadAsync(path) is { } found && found["spec"] is not null && found["metadata"]!["deletionTimestamp"] is null ? found : null;

    private async Task<JsonObject> ReadAsync(string path)
    {
        using var document = await _admin.GetAsync(path, _stop.Token);
        return JsonNode.Parse(document.RootElement.GetRawText())!.AsObject();
    }
}
