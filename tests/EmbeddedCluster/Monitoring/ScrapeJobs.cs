using System.Text.Json.Nodes;
using EmbeddedCluster.Authorization;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// Works out the scrape jobs that the Prometheus Operator would write for a Prometheus resource, from what was stored when it was made.
/// Only pods of Milvus become targets.
/// </summary>
internal sealed class ScrapeJobs(Cluster cluster)
{
    private readonly RbacAuthorizer _authorizer = new(
        cluster.List(Rbac, "Role"),
        cluster.List(Rbac, "ClusterRole"),
        cluster.List(Rbac, "RoleBinding"),
        cluster.List(Rbac, "ClusterRoleBinding"));

    private readonly Dictionary<(string, string), JsonObject> _pods = cluster.List("v1", "Pod")
        .Select(pod => (Pod: pod, Metadata: pod.Child("metadata")))
        .Where(each => each.Metadata.Child("labels").Text("app.kubernetes.io/name") == "milvus")
        .ToDictionary(each => (each.Metadata.Text("namespace")!, each.Metadata.Text("name")!), each => each.Pod);

    private const string Group = "monitoring.coreos.com/v1";
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    /// <summary>The jobs for the Prometheus of that name; none where it, or a running operator, is not there.</summary>
    public IReadOnlyList<ScrapeJob> For(string ns, string name)
    {
        try
        {
            return cluster.Find(Group, "Prometheus", ns, name) is { } prometheus
                ? [.. JobsOf(prometheus, "ServiceMonitor", "serviceMonitor"), .. JobsOf(prometheus, "PodMonitor", "podMonitor")]
                : [];
        }
        catch (ArgumentException)
        {
            // The kinds are not defined.
            return [];
        }
    }

    private IEnumerable<ScrapeJob> JobsOf(JsonObject prometheus, string kind, string field)
    {
        foreach (var monitor in cluster.List(Group, kind).Where(monitor => IsSelected(prometheus, field, monitor)))
        {
            var metadata = monitor.Child("metadata");
            var places = PlacesOf(monitor);
            var isPods = kind == "PodMonitor";
            foreach (
                var (endpoint, index) in monitor
                    .Child("spec")
                    .Items(isPods ? "podMetricsEndpoints" : "endpoints")
                    .Select((endpoint, index) => (endpoint, index)))
            {
                var targets = places
                    .Where(place => MayDiscover(prometheus, isPods, place))
                    .SelectMany(place => isPods ? Pods(place) : Slices(place))
                    .ToList();
                yield return new(
                    $"{field}/{metadata.Text("namespace")}/{metadata.Text("name")}/{index}",
                    new Dictionary<string, string>
                    {
                        ["honor_labels"] = (bool?)endpoint["honorLabels"] == true ? "true" : "false",
                        ["scrape_interval"] = endpoint.Text("interval") ?? prometheus.Child("spec").Text("scrapeInterval") ?? "30s",
                        ["scrape_timeout"] = endpoint.Text("scrapeTimeout") ?? "1s",
                        ["metrics_path"] = endpoint.Text("path") ?? "/metrics",
                    },
                    isPods ? Relabelling.OfPods(monitor, endpoint) : Relabelling.OfServices(monitor, endpoint),
                    targets);
            }
        }
    }

    private bool IsSelected(JsonObject prometheus, string field, JsonObject monitor)
    {
        var spec = prometheus.Child("spec");
        var place = monitor.Child("metadata").Text("namespace");
        return LabelSelector.Matches(spec[field + "Selector"], monitor.Child("metadata")["labels"])
            && (spec[field + "NamespaceSelector"] is { } places
                ? LabelSelector.Matches(places, cluster.Find("v1", "Namespace", null, place!)?["metadata"]?["labels"])
                : place == prometheus.Child("metadata").Text("namespace"));
    }

    private string[] PlacesOf(JsonObject monitor)
    {
        var selector = monitor.Child("spec").Child("namespaceSelector");
        if ((bool?)selector["any"] == true)
        {
            return [.. cluster.List("v1", "Namespace").Select(each => each.Child("metadata").Text("name")!)];
        }

        string[] names = [.. (selector["matchNames"] as JsonArray ?? []).Select(each => (string)each!)];
        return names.Length > 0 ? names : [monitor.Child("metadata").Text("namespace")!];
    }

    /// <summary>A discovery that may not read one of its kinds finds nothing.</summary>
    private bool MayDiscover(JsonObject prometheus, bool isPods, string place)
    {
        var account =
            $"system:serviceaccount:{prometheus.Child("metadata").Text("namespace")}:{prometheus.Child("spec").Text("serviceAccountName") ?? "default"}";
        var slices = prometheus.Child("spec").Text("serviceDiscoveryRole") == "EndpointSlice";
        (string Group, string Resource)[] needed = isPods ? [("", "pods")]
            : [("", "pods"), ("", "services"), slices ? ("discovery.k8s.io", "endpointslices") : ("", "endpoints")];
        return needed.All(each =>
            ((string[])["get", "list", "watch"]).All(verb =>
                _authorizer
                    .Decide(
                        new(account, ["system:serviceaccounts", "system:authenticated"], verb)
                        {
                            ApiGroup = each.Group,
                            Resource = each.Resource,
                            Namespace = place,
                        })
                    .Allowed));
    }

    private IEnumerable<ScrapeTarget> Slices(string place)
    {
        foreach (var slice in cluster.List("discovery.k8s.io/v1", "EndpointSlice", place))
        {
            var service = cluster.Find(
                "v1",
                "Service",
                place,
                slice.Child("metadata").Child("labels").Text("kubernetes.io/service-name") ?? "");
            foreach (var port in slice.Items("ports"))
            {
                foreach (
                    var pod in slice
                        .Items("endpoints")
                        .Select(each => each.Child("targetRef").Text("name"))
                        .OfType<string>()
                        .Where(name => _pods.ContainsKey((place, name))))
                {
                    var labels = Meta(place, pod);
                    labels["__meta_kubernetes_service_name"] = service?.Child("metadata").Text("name") ?? "";
                    labels["__meta_kubernetes_endpointslice_port_name"] = port.Text("name") ?? "";
                    AddLabels(labels, "service", service);
                    yield return new($"{place}/{pod}", labels);
                }
            }
        }
    }

    private IEnumerable<ScrapeTarget> Pods(string place)
    {
        foreach (var pod in _pods.Where(each => each.Key.Item1 == place).Select(each => each.Value))
        {
            foreach (var port in pod.Child("spec").Items("containers").SelectMany(each => each.Items("ports")))
            {
                var name = pod.Child("metadata").Text("name")!;
                var labels = Meta(place, name);
                labels["__meta_kubernetes_pod_container_port_name"] = port.Text("name") ?? "";
                AddLabels(labels, "pod", pod);
                yield return new($"{place}/{name}", labels);
            }
        }
    }

    private static Dictionary<string, string> Meta(string place, string pod) =>
        new() { ["__meta_kubernetes_namespace"] = place, ["__meta_kubernetes_pod_name"] = pod };

    private static void AddLabels(Dictionary<string, string> labels, string what, JsonObject? owner)
    {
        foreach (var (key, value) in owner?["metadata"]?["labels"] as JsonObject ?? [])
        {
            labels[$"__meta_kubernetes_{what}_label_{Relabelling.Safe(key)}"] = (string?)value ?? "";
            labels[$"__meta_kubernetes_{what}_labelpresent_{Relabelling.Safe(key)}"] = "true";
        }
    }
}
