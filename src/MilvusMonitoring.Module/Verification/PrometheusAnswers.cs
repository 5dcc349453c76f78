using System.Globalization;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>Reads what the HTTP API of Prometheus answers: <c>{"status":"success","data":…}</c>.</summary>
internal static class PrometheusAnswers
{
    private const string JobName = "job_name:";

    /// <summary>The data of an answer.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="who">Who answered, for the error.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ResponseInvalid"/>: it is no answer of Prometheus, or an error of
    /// it.</exception>
    public static JsonElement Data(ReadOnlyMemory<byte> body, string who)
    {
        if (!JsonTexts.AreReadable(body.Span))
        {
            throw NotPrometheus(who, null);
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.Text("status") switch
            {
                "success" when root.Member("data") is { ValueKind: not JsonValueKind.Undefined } data => data.Clone(),
                "error" => throw new MonitoringException(
                    ErrorId.ResponseInvalid,
                    $"{who} answers: {OneLine.TrimPunctuation(OneLine.Clean(root.Text("error"), 200))}",
                    who),
                _ => throw NotPrometheus(who, null),
            };
        }
        catch (JsonException exception)
        {
            throw NotPrometheus(who, exception);
        }
    }

    /// <summary>The names of the scrape jobs in a configuration, which Prometheus writes as YAML in one fixed form.</summary>
    public static IReadOnlySet<string> Jobs(JsonElement data) => (data.Text("yaml") ?? string.Empty)
        .Split('\n')
        .Select(line => line.TrimStart('-', ' '))
        .Where(line => line.StartsWith(JobName, StringComparison.Ordinal))
        .Select(line => line[JobName.Length..].Trim().Trim('"', '\''))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The active targets of some pools.</summary>
    public static IReadOnlyList<PrometheusTarget> Targets(JsonElement data, IReadOnlySet<string> pools) =>
        [.. data.Items("activeTargets").Where(target => pools.Contains(target.Text("scrapePool") ?? string.Empty)).Select(Target)];

    /// <summary>The ages of samples, from a query whose values are seconds.</summary>
    public static IReadOnlyList<SampleAge> Ages(JsonElement data) => [.. data.Items("result").Select(Age).OfType<SampleAge>()];

    private static PrometheusTarget Target(JsonElement target) => new(
        target.TextMap("labels"),
        target.Text("health") ?? "unknown",
        OneLine.TrimPunctuation(OneLine.Clean(target.Text("lastError"), 200)),
        Span(target.Text("scrapeInterval")),
        Span(target.Text("scrapeTimeout")));

    private static SampleAge? Age(JsonElement result) =>
        result.Items("value").ElementAtOrDefault(1) is { ValueKind: JsonValueKind.String } text
        && double.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? new SampleAge(result.TextMap("metric"), TimeSpan.FromSeconds(seconds))
            : null;

    private static TimeSpan? Span(string? text) => text is null ? null : ScrapeDuration.Parse(text);

    private static MonitoringException NotPrometheus(string who, Exception? cause) =>
        new(ErrorId.ResponseInvalid, $"what answers at {who} is no Prometheus", who, cause);
}
