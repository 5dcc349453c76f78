using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>What the user asks of a ServiceMonitor beyond the values of its release.</summary>
/// <param name="Interval">The scrape interval; null for that of the values.</param>
/// <param name="ScrapeTimeout">The scrape timeout; null for that of the values.</param>
/// <param name="AdditionalLabels">Labels to add.</param>
internal sealed record MonitorOptions(string? Interval, string? ScrapeTimeout, IReadOnlyDictionary<string, string> AdditionalLabels)
{
    public bool AreGiven => Interval is not null || ScrapeTimeout is not null || AdditionalLabels.Count > 0;

    /// <summary>The options as values of the chart, as <c>helm --set</c> takes them.</summary>
    public string AsHelmSet =>
        string.Join(
            ',',
            [
                "metrics.serviceMonitor.enabled=true",
                .. Interval is null ? Array.Empty<string>() : [$"metrics.serviceMonitor.interval={Interval}"],
                .. ScrapeTimeout is null ? Array.Empty<string>() : [$"metrics.serviceMonitor.scrapeTimeout={ScrapeTimeout}"],
                .. AdditionalLabels.Select(label =>
                    $"metrics.serviceMonitor.additionalLabels.{label.Key.Replace(".", "\\.", StringComparison.Ordinal)}={label.Value}"),
            ]);

    /// <summary>The options as members of <c>metrics.serviceMonitor</c>.</summary>
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

    /// <summary>Whether the values of the chart already make the same ServiceMonitor.</summary>
    public bool AreIn(MilvusChart chart) =>
        chart.MakesMonitor && JsonEquality.AreEqual(ApplyTo(chart).RenderMonitor(), chart.RenderMonitor());

    /// <summary>Merges the options into the values of the chart.</summary>
    /// <exception cref="MonitoringException">The server would refuse a label or a time.</exception>
    public MilvusChart ApplyTo(MilvusChart chart)
    {
        using var values = JsonDocument.Parse(
            new JsonObject { ["metrics"] = new JsonObject { ["serviceMonitor"] = AsHelmValues } }.ToJsonString());
        var result = chart with { Values = HelmValues.Coalesce(chart.Values, values.RootElement) };
        var target = chart.MonitorId.ToString();
        if (FindLabelProblem() is { } reason)
        {
            throw new MonitoringException(ErrorId.ParameterInvalid, reason, "give another one to -AdditionalLabel", target);
        }

        return ScrapeDuration.FindProblem(result.Interval, result.ScrapeTimeout) is { } problem
            ? throw new MonitoringException(ErrorId.ParameterInvalid, problem.Reason, problem.Remedy, target)
            : result;
    }

    private string? FindLabelProblem() =>
        AdditionalLabels
            .Select(label =>
                MilvusChart.OwnLabels.Contains(label.Key)
                    ? $"The label {label.Key} is the chart's own"
                    : LabelRules.FindProblem(label.Key, label.Value))
            .FirstOrDefault(problem => problem is not null);
}
