using System.Text.Json.Nodes;

namespace MilvusMonitoring.Milvus;

/// <summary>Renders a ServiceMonitor that fits the Services of a Milvus as they are, if no record says how its chart renders one.</summary>
internal static class FittedMonitor
{
    /// <summary>The label that marks such a monitor as one of Milvus.</summary>
    public const string MarkLabel = "app.kubernetes.io/part-of";

    /// <summary>The annotation with the name of the Milvus: Argo CD rewrites the label that the monitor selects by.</summary>
    public const string InstanceAnnotation = "milvus-monitoring/instance";

    private const string DefaultInterval = "30s";
    private const string DefaultTimeout = "10s";

    /// <summary>The scrape interval: the default of the chart, unless the user asks for another.</summary>
    public static string GetInterval(MonitorOptions options) => options.Interval ?? DefaultInterval;

    /// <summary>The scrape timeout: the default of the chart, unless the user asks for another.</summary>
    public static string GetTimeout(MonitorOptions options) => options.ScrapeTimeout ?? DefaultTimeout;

    /// <summary>Finds what the Services lack for a ServiceMonitor, and what to do about it; null if they lack nothing.</summary>
    public static (string Reason, string Remedy)? FindProblem(MilvusObjects objects)
    {
        var scraped = objects.Scraped;
        if (scraped.Count == 0)
        {
            return (
                objects.Services.Count == 0
                    ? $"Milvus {objects.Namespace}/{objects.Instance} has no Service"
                    : $"No Service of {objects.Namespace}/{objects.Instance} has a port for metrics",
                $"give a Service of Milvus the port {MilvusServicePort.MetricsNumber}, with a name such as {MilvusChart.MetricsPort}");
        }

        if (scraped.FirstOrDefault(service => service.MetricsPort is { Name: "" }) is { MetricsPort.Number: var number } nameless)
        {
            return (
                $"The port {number} of Service/{nameless.Namespace}/{nameless.Name} has no name",
                $"give that port a name, such as {MilvusChart.MetricsPort}: a ServiceMonitor asks for a port by its name");
        }

        return objects.CommonLabels.Count == 0
            ? (
                $"The Services of {objects.Namespace}/{objects.Instance} have no label in common",
                "give these Services a label with the same value, by which a ServiceMonitor can select them")
            : null;
    }

    /// <summary>Renders the ServiceMonitor. The Services have to be without the problems of <see cref="FindProblem"/>.</summary>
    /// <param name="objects">The Services.</param>
    /// <param name="name">The name of the ServiceMonitor.</param>
    /// <param name="options">What the user asks for.</param>
    public static JsonObject Render(MilvusObjects objects, string name, MonitorOptions options)
    {
        var labels = new JsonObject { [MarkLabel] = MilvusChart.Name };
        foreach (var label in options.AdditionalLabels)
        {
            labels[label.Key] = label.Value;
        }

        var ports = objects.Scraped.Select(service => service.MetricsPort!.Name).Distinct(StringComparer.Ordinal);
        return new JsonObject
        {
            ["apiVersion"] = "monitoring.coreos.com/v1",
            ["kind"] = "ServiceMonitor",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = objects.Namespace,
                ["labels"] = labels,
                ["annotations"] = new JsonObject { [InstanceAnnotation] = objects.Release ?? objects.Instance },
            },
            ["spec"] = new JsonObject
            {
                ["endpoints"] = new JsonArray([.. ports.Select(port => RenderEndpoint(port, options))]),
                ["namespaceSelector"] = new JsonObject { ["matchNames"] = new JsonArray(objects.Namespace) },
                ["selector"] = new JsonObject
                {
                    ["matchLabels"] = new JsonObject(
                        objects.CommonLabels.Select(label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value))),
                },
                ["targetLabels"] = new JsonArray([.. MilvusChart.TargetLabels.Select(label => JsonValue.Create(label))]),
            },
        };
    }

    private static JsonObject RenderEndpoint(string port, MonitorOptions options) => new()
    {
        ["port"] = port,
        ["path"] = "/metrics",
        ["honorLabels"] = true,
        ["interval"] = GetInterval(options),
        ["scrapeTimeout"] = GetTimeout(options),
    };
}
