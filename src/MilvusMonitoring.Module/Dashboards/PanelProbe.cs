using System.Globalization;
using System.Text.Json.Nodes;
using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Json;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Dashboards;

/// <summary>A Milvus whose series dashboards show.</summary>
/// <param name="Series">How its series are selected.</param>
/// <param name="Versions">The versions that run; empty if they are not known.</param>
internal sealed record ShownMilvus(MilvusSeries Series, IReadOnlyList<MilvusVersion> Versions);

/// <summary>Asks a Prometheus each query of dashboards, and says why panels show nothing.</summary>
/// <param name="prometheus">The Prometheus, behind a data source of Grafana.</param>
/// <param name="instances">The Milvus that the dashboards show; empty if they are not known.</param>
internal sealed class PanelProbe(PrometheusApi prometheus, IReadOnlyList<ShownMilvus> instances)
{
    /// <summary>Expressions are long, and a query of many takes Prometheus long.</summary>
    private const int MostInQuery = 16;

    private const string Number = "milvus_monitoring_query";

    private readonly SeriesProbe _series = new(prometheus);
    private QuerySurroundings? _surroundings;

    /// <summary>Lists the panels that show nothing for the last minutes.</summary>
    /// <exception cref="MonitoringException">Prometheus does not answer.</exception>
    public async Task<IReadOnlyList<EmptyPanel>> ListEmptyAsync(JsonObject model, CancellationToken cancellationToken)
    {
        var variables = new QueryVariables(ListKnown(model));
        var panels = DashboardContent.ListPanels(model)
            .Where(panel => panel.Queries.Count > 0)
            .Select(panel => (Panel: panel, Queries: panel.Queries.Select(variables.Render).ToList()))
            .ToList();
        var answers = await AskAsync([.. panels.SelectMany(panel => panel.Queries).Distinct()], cancellationToken).ConfigureAwait(false);
        var empty = panels.Where(panel => panel.Queries.All(query => answers[query].Count <= 0)).ToList();
        if (empty.Count == 0)
        {
            return [];
        }

        var answered = empty.SelectMany(panel => panel.Queries).Where(query => answers[query].Error is null);
        var rule = await CreateRuleAsync([.. answered], cancellationToken).ConfigureAwait(false);
        return [.. empty.Select(panel => Explain(panel.Panel, panel.Queries, answers, rule))];
    }

    private static EmptyPanel Explain(
        DashboardPanel panel,
        IReadOnlyList<string> queries,
        IReadOnlyDictionary<string, QueryAnswer> answers,
        QueryRule rule)
    {
        if (queries.Select(query => answers[query].Error).FirstOrDefault(error => error is not null) is { } error)
        {
            return new EmptyPanel { Title = panel.Title, Reason = $"Prometheus refuses its query: {error}" };
        }

        // The query that can have results as soon as something happens tells more than one that never can.
        var verdict = queries.Select(query => (Query: query, Verdict: rule.Evaluate(PromQlReader.Find(query))))
            .OrderBy(item => item.Verdict.CanAnswer switch
            {
                true => 0,
                null => 1,
                false => 2,
            })
            .First();
        var metrics = (PromQlReader.Find(verdict.Query)?.Selectors ?? []).Select(selector => selector.Metric).OfType<string>().ToList();
        return new EmptyPanel
        {
            Title = panel.Title,
            Metric = metrics.Find(name => verdict.Verdict.Why?.Contains(name, StringComparison.Ordinal) is true)
                ?? metrics.FirstOrDefault(),
            Reason = verdict.Verdict.Why ?? "its series have no value now: there was no traffic in the last minutes",
        };
    }

    private async Task<QueryRule> CreateRuleAsync(IReadOnlyList<string> queries, CancellationToken cancellationToken)
    {
        var selectors = queries.Select(PromQlReader.Find).OfType<QueryNeeds>().SelectMany(needs => needs.Selectors).ToList();
        var evidence = await _series.GatherAsync(selectors, cancellationToken).ConfigureAwait(false);
        _surroundings ??= await ReadSurroundingsAsync(cancellationToken).ConfigureAwait(false);
        return new QueryRule(_surroundings, evidence);
    }

    private async Task<QuerySurroundings> ReadSurroundingsAsync(CancellationToken cancellationToken)
    {
        var each = await _series
            .ReadSurroundingsAsync([.. instances.Select(instance => (instance.Series, instance.Versions))], cancellationToken)
            .ConfigureAwait(false);
        return new QuerySurroundings(
            [.. each.SelectMany(item => item.Versions).Distinct()],
            each.Count == 0 || each.Any(item => item.IsScraped),
            each.SelectMany(item => item.Exporters).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The variables that have one value: those of a dashboard, and those that name a Milvus if there is only one.</summary>
    private Dictionary<string, string> ListKnown(JsonObject model)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in DashboardContent.ListVariables(model))
        {
            if (DashboardContent.ReadText(variable, "type") is "textbox" or "constant"
                && DashboardContent.ReadText(variable, "query") is { Length: > 0 } value)
            {
                known[DashboardContent.ReadText(variable, "name")] = value;
            }
        }

        if (instances is [var only])
        {
            known["namespace"] = only.Series.Namespace;
            known["instance"] = only.Series.SeriesInstance;
        }

        return known;
    }

    /// <summary>Asks how many results each query has.</summary>
    private async Task<IReadOnlyDictionary<string, QueryAnswer>> AskAsync(
        IReadOnlyList<string> queries,
        CancellationToken cancellationToken)
    {
        var answers = new Dictionary<string, QueryAnswer>(StringComparer.Ordinal);
        foreach (var chunk in queries.Chunk(MostInQuery))
        {
            try
            {
                await AskTogetherAsync(chunk, answers, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ResponseInvalid)
            {
                // One query that Prometheus refuses fails them all.
                foreach (var query in chunk)
                {
                    answers[query] = await AskAloneAsync(query, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return answers;
    }

    private async Task AskTogetherAsync(string[] chunk, Dictionary<string, QueryAnswer> answers, CancellationToken cancellationToken)
    {
        // A quantile without traffic is NaN, which is above nothing: Grafana shows nothing of it either.
        var parts = chunk.Select((query, index) => string.Create(
            CultureInfo.InvariantCulture,
            $"label_replace(count(({query}) > -Inf),\"{Number}\",\"{index}\",\"\",\"\")"));
        var data = await prometheus.QueryAsync(string.Join(" or ", parts), cancellationToken).ConfigureAwait(false);
        var found = data.Items("result").Select(item => item.Member("metric").Text(Number)).ToHashSet();
        for (var index = 0; index < chunk.Length; index++)
        {
            answers[chunk[index]] = new QueryAnswer(found.Contains(index.ToString(CultureInfo.InvariantCulture)) ? 1 : 0, null);
        }
    }

    private async Task<QueryAnswer> AskAloneAsync(string query, CancellationToken cancellationToken)
    {
        try
        {
            var data = await prometheus.QueryAsync(query, cancellationToken).ConfigureAwait(false);
            var isValue = data.Text("resultType") is "scalar" or "string";
            return new QueryAnswer(isValue ? 1 : data.Items("result").Count(), null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ResponseInvalid)
        {
            return new QueryAnswer(0, OneLine.TrimPunctuation(exception.Message));
        }
    }

    /// <param name="Count">How many results the query has; more than 0 if it has any.</param>
    /// <param name="Error">Why Prometheus refuses it; null if it does not.</param>
    private sealed record QueryAnswer(int Count, string? Error);
}
