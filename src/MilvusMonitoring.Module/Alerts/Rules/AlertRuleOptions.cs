using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Names of alerts that the user gives.</summary>
/// <param name="Text">The name, or a pattern with wildcards, as it was typed.</param>
/// <param name="Matches">Whether a name is one of them.</param>
internal sealed record AlertNames(string Text, Func<string, bool> Matches);

/// <summary>What the user asks of the rules beyond their table. An option applies to one run.</summary>
internal sealed record AlertRuleOptions
{
    /// <summary>The rules to leave out.</summary>
    public IReadOnlyList<AlertNames> Excluded { get; init; } = [];

    /// <summary>Thresholds in the place of those of the table.</summary>
    public IReadOnlyList<(AlertNames Names, string Value)> Thresholds { get; init; } = [];

    /// <summary>How long the expressions have to hold, in the place of the times of the table.</summary>
    public IReadOnlyList<(AlertNames Names, string Value)> Times { get; init; } = [];

    /// <summary>Labels of the PrometheusRule.</summary>
    public IReadOnlyDictionary<string, string> AdditionalLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>The address of the folder of the runbook pages; null for no runbooks.</summary>
    public Uri? RunbookUri { get; init; }

    /// <summary>Lists the rules with what the user asks of each.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: no rule has such a name, or a value is
    /// invalid.</exception>
    public IReadOnlyList<ChosenRule> Choose()
    {
        Validate();
        foreach (var names in Excluded)
        {
            Resolve(names, "Exclude");
        }

        var thresholds = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (names, value) in Thresholds)
        {
            foreach (var rule in Resolve(names, "Threshold"))
            {
                thresholds[rule.Name] = ParseThreshold(rule, value);
            }
        }

        var times = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var (names, value) in Times)
        {
            foreach (var rule in Resolve(names, "For"))
            {
                times[rule.Name] = ParseTime(rule, value);
            }
        }

        return
        [
            .. AlertRules.All.Select(rule => new ChosenRule(
                rule,
                thresholds.TryGetValue(rule.Name, out var threshold) ? threshold : null,
                times.GetValueOrDefault(rule.Name, rule.For),
                Excluded.Any(names => names.Matches(rule.Name)))),
        ];
    }

    /// <summary>The address of the runbook page of an alert; null without runbooks.</summary>
    public string? FindRunbook(string alert) => RunbookUri is null ? null : $"{RunbookUri.AbsoluteUri.TrimEnd('/')}/{alert}.md";

    /// <summary>Refuses an address that no page can have.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: it is not the address of a web server.</exception>
    public static void EnsureRunbooks(Uri? address)
    {
        if (address is not null && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")))
        {
            throw CreateRefused(
                "RunbookUri",
                $"'{address}' is not the address of a folder of runbooks",
                "give an address that begins with https:// or http://");
        }
    }

    private void Validate()
    {
        EnsureRunbooks(RunbookUri);
        var problem = AdditionalLabels
            .Select(label =>
                AlertRuleObject.OwnLabels.Contains(label.Key)
                    ? $"The label {label.Key} is the module's own"
                    : LabelRules.FindProblem(label.Key, label.Value))
            .FirstOrDefault(problem => problem is not null);
        if (problem is not null)
        {
            throw CreateRefused("AdditionalLabel", problem, "give another one to -AdditionalLabel");
        }
    }

    private static List<AlertRule> Resolve(AlertNames names, string parameter)
    {
        var found = AlertRules.All.Where(rule => names.Matches(rule.Name)).ToList();
        return found.Count > 0
            ? found
            : throw CreateRefused(
                parameter,
                $"No alert rule is named '{names.Text}'",
                $"give -{parameter} one of: {string.Join(", ", AlertRules.All.Select(rule => rule.Name))}");
    }

    private static double ParseThreshold(AlertRule rule, string value)
    {
        if (rule.Threshold is not { } threshold)
        {
            var others = AlertRules.All.Where(other => other.Threshold is not null).Select(other => other.Name);
            throw CreateRefused(
                "Threshold",
                $"The alert rule {rule.Name} has no threshold",
                $"leave it out, or give one of: {string.Join(", ", others)}");
        }

        return threshold.Parse(value)
            ?? throw CreateRefused("Threshold", $"'{value}' is not a valid threshold for {rule.Name}", $"give {threshold.Form}");
    }

    private static TimeSpan ParseTime(AlertRule rule, string value) => value is "0" or "0s"
        ? TimeSpan.Zero
        : ScrapeDuration.Parse(value)
            ?? throw CreateRefused(
                "For",
                $"'{value}' is not a valid duration for -For of {rule.Name}",
                "give whole numbers with units, such as 0s, 90s or 10m");

    private static MonitoringException CreateRefused(string parameter, string reason, string remedy) =>
        new(ErrorId.ParameterInvalid, reason, remedy, parameter);
}

/// <summary>A rule of the table with what the user asks of it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Threshold">The threshold in the unit of the metric; null for the default.</param>
/// <param name="For">How long the expression has to hold.</param>
/// <param name="IsExcluded">Whether the user leaves it out.</param>
internal sealed record ChosenRule(AlertRule Rule, double? Threshold, TimeSpan For, bool IsExcluded)
{
    /// <summary>Why the rule is left out; null if it is not.</summary>
    public string? FindOmission(IReadOnlyList<MilvusVersion> versions)
    {
        if (IsExcluded)
        {
            return "left out by -Exclude";
        }

        return Rule.FindMissingMetric(versions) is { } metric
            ? $"left out: Milvus {string.Join(", ", versions)} has no metric {metric}"
            : null;
    }
}
