using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>What a person asks of a ServiceMonitor beyond the values of its release.</summary>
/// <param name="Interval">How often to scrape; null for what the values say.</param>
/// <param name="ScrapeTimeout">How long a scrape may take; null for what the values say.</param>
/// <param name="AdditionalLabels">Labels to add.</param>
internal sealed record MonitorOptions(string? Interval, string? ScrapeTimeout, IReadOnlyDictionary<string, string> AdditionalLabels)
{
    public bool AreGiven => Interval is not null || ScrapeTimeout is not null || AdditionalLabels.Count > 0;

    /// <summary>The values that ask the chart for the same, as <c>helm --set</c> takes them.</summary>
    public string AsHelmSet =>
        string.Join(
            ',',
            new[]
            {
                "metrics.serviceMonitor.enabled=true",
                Interval is null ? null : $"metrics.serviceMonitor.interval={Interval}",
                ScrapeTimeout is null ? null : $"metrics.serviceMonitor.scrapeTimeout={ScrapeTimeout}",
            }
                .OfType<string>()
                .Concat(
                    AdditionalLabels.Select(label =>
                        $"metrics.serviceMonitor.additionalLabels.{label.Key.Replace(".", "\\.", StringComparison.Ordinal)}={label.Value}"))
        );

    /// <summary>The same as members of <c>metrics.serviceMonitor</c>.</summary>
    public JsonObject AsHelmValues
    {
        get
        {
            var values = new JsonObject { ["enabled"] = true };
            if (Interval is not null)
            {
                values["interval"] = Interval;
            }

            if (ScrapeTimeout is not null)
            {
                values["scrapeTimeout"] = ScrapeTimeout;
            }

            if (AdditionalLabels.Count > 0)
            {
                values["additionalLabels"] = new JsonObject(
                    AdditionalLabels.Select(label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value)));
            }

            return values;
        }
    }

    /// <summary>Whether the chart makes of its own values what is asked for.</summary>
    public bool AreIn(MilvusChart chart) => chart.MakesMonitor && JsonEquality.AreEqual(Over(chart).RenderMonitor(), chart.RenderMonitor());

    /// <summary>The chart with these laid over its values.</summary>
    /// <exception cref="MonitoringException">A label, or a time, that would be refused.</exception>
    public MilvusChart Over(MilvusChart chart)
    {
        using var values = JsonDocument.Parse(
            new JsonObject { ["metrics"] = new JsonObject { ["serviceMonitor"] = AsHelmValues } }.ToJsonString());
        var result = chart with { Values = HelmValues.Coalesce(chart.Values, values.RootElement) };
        return (LabelProblem() ?? ScrapeDuration.Problem(result.Interval, result.ScrapeTimeout)) is { } problem
            ? throw new MonitoringException(ErrorId.ParameterInvalid, problem, chart.MonitorId.ToString())
            : result;
    }

    private string? LabelProblem() =>
        AdditionalLabels
            .Select(label =>
                MilvusChart.OwnLabels.Contains(label.Key)
                    ? $"The label {label.Key} is the chart's own"
                    : LabelRules.FindProblem(label.Key, label.Value))
            .OfType<string>()
            .Select(problem => problem + "; give another one to -AdditionalLabel.")
            .FirstOrDefault();
}
