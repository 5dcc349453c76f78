using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus.Helm;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Milvus;

/// <summary>What the user asks of a ServiceMonitor beyond the values of its release.</summary>
/// <param name="Interval">The scrape interval; null for that of the values.</param>
/// <param name="ScrapeTimeout">The scrape timeout; null for that of the values.</param>
/// <param name="AdditionalLabels">Labels to add.</param>
internal sealed record MonitorOptions(string? Interval, string? ScrapeTimeout, IReadOnlyDictionary<string, string> AdditionalLabels)
{
    public bool AreGiven => Interval is not null || ScrapeTimeout is not null || AdditionalLabels.Count > 0;

    /// <summary>Adds labels. A label that the user has given stays.</summary>
    public MonitorOptions With(IReadOnlyDictionary<string, string> labels)
    {
        var all = new Dictionary<string, string>(AdditionalLabels, StringComparer.Ordinal);
        foreach (var (name, value) in labels)
        {
            all.TryAdd(name, value);
        }

        return this with { AdditionalLabels = all };
    }

    /// <summary>Writes the options as values of the release, as <c>helm --set</c> takes them.</summary>
    /// <param name="chart">The chart, which may be a subchart.</param>
    public string WriteHelmSet(MilvusChart chart)
    {
        var root = chart.PathOf("metrics.serviceMonitor");
        return string.Join(
            ',',
            [
                $"{root}.enabled=true",
                .. Interval is null ? Array.Empty<string>() : [$"{root}.interval={Interval}"],
                .. ScrapeTimeout is null ? Array.Empty<string>() : [$"{root}.scrapeTimeout={ScrapeTimeout}"],
                .. AdditionalLabels.Select(label =>
                    $"{root}.additionalLabels.{label.Key.Replace(".", "\\.", StringComparison.Ordinal)}={label.Value}"),
            ]);
    }

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
    /// <exception cref="MonitoringException">The server would refuse a label, a time or a value.</exception>
    public MilvusChart ApplyTo(MilvusChart chart)
    {
        using var values = JsonDocument.Parse(
            new JsonObject { ["metrics"] = new JsonObject { ["serviceMonitor"] = AsHelmValues } }.ToJsonString());
        var result = chart with { Values = HelmValues.Coalesce(chart.Values, values.RootElement) };
        var target = chart.MonitorId.ToString();
        if (result.FindInvalidValue() is var (path, json))
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"The value {path} of the release is {OneLine.Clean(json, 60)}, "
                    + "which is not text, so that the API server refuses the ServiceMonitor",
                $"set {path} to text in the values of the release, for example with helm upgrade --set-string",
                target);
        }

        Validate(result.Interval, result.ScrapeTimeout, target);
        return result;
    }

    /// <summary>Checks the labels and the times.</summary>
    /// <param name="interval">The interval in effect; null for the default of Prometheus.</param>
    /// <param name="timeout">The timeout in effect; null for the default of Prometheus.</param>
    /// <param name="target">The monitor.</param>
    /// <exception cref="MonitoringException">The server would refuse a label or a time.</exception>
    public void Validate(string? interval, string? timeout, string target)
    {
        if (FindLabelProblem() is { } reason)
        {
            throw new MonitoringException(ErrorId.ParameterInvalid, reason, "give another one to -AdditionalLabel", target);
        }

        if (ScrapeDuration.FindProblem(interval, timeout) is { } problem)
        {
            throw new MonitoringException(ErrorId.ParameterInvalid, problem.Reason, problem.Remedy, target);
        }
    }

    private string? FindLabelProblem() =>
        AdditionalLabels
            .Select(label =>
                MilvusChart.OwnLabels.Contains(label.Key)
                    ? $"The label {label.Key} is the chart's own"
                    : LabelRules.FindProblem(label.Key, label.Value))
            .FirstOrDefault(problem => problem is not null);
}
