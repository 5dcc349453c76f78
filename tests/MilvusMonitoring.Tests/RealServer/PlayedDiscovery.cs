using System.Net;
using System.Text.Json.Nodes;
using k8s;

namespace MilvusMonitoring.Tests;

/// <summary>
/// Plays the discovery of targets through Endpoints, which Debian's build of Prometheus lacks: asks the API server as the service account
/// of Prometheus, so that RBAC decides what is found, and names the targets in place of <c>kubernetes_sd_configs</c>, with the labels that
/// Prometheus documents for that role.
/// </summary>
internal sealed class PlayedDiscovery : IDisposable
{
    private const string Account = "system:serviceaccount:monitoring:prometheus-k8s";

    private readonly ServerAdmin _admin;

    /// <param name="kubeconfig">An administrator's, who may impersonate.</param>
    /// <param name="file">Where to write the kubeconfig of the service account.</param>
    public PlayedDiscovery(string kubeconfig, string file)
    {
        var configuration = KubernetesClientConfiguration.LoadKubeConfig(kubeconfig);
        foreach (var user in configuration.Users)
        {
            user.UserCredentials.Impersonate = Account;
        }

        File.WriteAllText(file, KubernetesYaml.Serialize(configuration));
        _admin = new ServerAdmin(file);
    }

    /// <summary>Puts targets into the jobs of a configuration.</summary>
    public async Task ResolveAsync(JsonObject configuration, CancellationToken cancellationToken)
    {
        foreach (var job in configuration["scrape_configs"]!.AsArray().Select(job => job!.AsObject()))
        {
            var places = job["kubernetes_sd_configs"]![0]!["namespaces"]!["names"]!.AsArray().Select(place => (string)place!).ToList();
            job.Remove("kubernetes_sd_configs");
            var targets = new JsonArray();
            foreach (var place in places)
            {
                foreach (var target in await FindAsync(place, cancellationToken))
                {
                    targets.Add(target);
                }
            }

            job["static_configs"] = targets;
        }
    }

    public void Dispose() => _admin.Dispose();

    /// <summary>A discovery that may not read one of its kinds finds nothing.</summary>
    private async Task<IReadOnlyList<JsonObject>> FindAsync(string place, CancellationToken cancellationToken)
    {
        if (await ListAsync(place, "endpoints", cancellationToken) is not { } endpoints
            || await ListAsync(place, "services", cancellationToken) is not { } services
            || await ListAsync(place, "pods", cancellationToken) is not { } pods)
        {
            return [];
        }

        return
        [
            .. from item in endpoints.Values
               from subset in item["subsets"]?.AsArray() ?? []
               from address in subset!["addresses"]?.AsArray() ?? []
               from port in subset["ports"]?.AsArray() ?? []
               let service = services.GetValueOrDefault((string)item["metadata"]!["name"]!)
               let pod = pods.GetValueOrDefault((string?)address!["targetRef"]?["name"] ?? "")
               select new JsonObject
               {
                   ["targets"] = new JsonArray($"{address["ip"]}:{port!["port"]}"),
                   ["labels"] = Labels(place, address, port, service, pod),
               },
        ];
    }

    private static JsonObject Labels(string place, JsonNode address, JsonNode port, JsonObject? service, JsonObject? pod)
    {
        var labels = new JsonObject
        {
            ["__meta_kubernetes_namespace"] = place,
            ["__meta_kubernetes_endpoint_port_name"] = (string?)port["name"] ?? "",
            ["__meta_kubernetes_endpoint_ready"] = "true",
        };
        if (address["targetRef"] is { } target)
        {
            labels["__meta_kubernetes_endpoint_address_target_kind"] = target["kind"]!.DeepClone();
            labels["__meta_kubernetes_endpoint_address_target_name"] = target["name"]!.DeepClone();
        }

        if (service is not null)
        {
            Add("service", service);
        }

        if (pod is not null)
        {
            Add("pod", pod);
            labels["__meta_kubernetes_pod_phase"] = pod["status"]!["phase"]!.DeepClone();
            var container = pod["spec"]!["containers"]!.AsArray().FirstOrDefault(container =>
                container!["ports"]?.AsArray().Any(each => (int?)each!["containerPort"] == (int?)port["port"]) is true);
            labels["__meta_kubernetes_pod_container_name"] = (string?)container?["name"] ?? "";
        }

        return labels;

        void Add(string what, JsonObject owner)
        {
            labels[$"__meta_kubernetes_{what}_name"] = owner["metadata"]!["name"]!.DeepClone();
            foreach (var (key, value) in owner["metadata"]!["labels"]?.AsObject() ?? [])
            {
                labels[$"__meta_kubernetes_{what}_label_{OperatorConfiguration.Safe(key)}"] = (string?)value ?? "";
                labels[$"__meta_kubernetes_{what}_labelpresent_{OperatorConfiguration.Safe(key)}"] = "true";
            }
        }
    }

    /// <summary>The objects of a kind by their names; null where the account may not list them.</summary>
    private async Task<Dictionary<string, JsonObject>?> ListAsync(string place, string kind, CancellationToken cancellationToken)
    {
        var (status, text) = await _admin.AskAsync(HttpMethod.Get, $"/api/v1/namespaces/{place}/{kind}", null, cancellationToken);
        if (status == HttpStatusCode.Forbidden)
        {
            return null;
        }

        Assert.True(status == HttpStatusCode.OK, text);
        var items = JsonNode.Parse(text)!["items"]!.AsArray().Select(item => item!.AsObject());
        return items.ToDictionary(item => (string)item["metadata"]!["name"]!);
    }
}
