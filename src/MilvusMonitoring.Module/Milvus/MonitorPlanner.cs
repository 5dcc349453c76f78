using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Milvus;

/// <summary>Checks what a monitor needs, and plans what becomes of it. Only reads.</summary>
/// <param name="prometheus">The Prometheus that is to select the monitor.</param>
internal sealed class MonitorPlanner(ClusterClient client, IActivitySink sink, MonitorReader reader, PrometheusChoice prometheus)
{
    private readonly ReleaseChecks _checks = new(sink);

    /// <summary>Makes the plan for a Milvus.</summary>
    /// <param name="found">The Milvus.</param>
    /// <param name="options">What the user asks for beyond the values.</param>
    /// <param name="method">Who applies the monitor.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    /// <exception cref="MonitoringException">The Milvus lacks something, or the options cannot be applied.</exception>
    public async Task<MonitorPlan> PlanAsync(
        FoundInstance found,
        MonitorOptions options,
        MonitorMethod method,
        CancellationToken cancellationToken)
    {
        var type = found.MonitorType;
        await new ResourceTypes(client).EnsureServedAsync(type, found.MonitorId.ToString(), cancellationToken).ConfigureAwait(false);

        var live = await reader.FindAsync(type, found.MonitorId, cancellationToken).ConfigureAwait(false);
        if (found.IsOperated)
        {
            return PlanOperator(found, options, method, live);
        }

        return found.Chart is null
            ? await PlanFittedAsync(found, options, method, live, cancellationToken).ConfigureAwait(false)
            : await PlanHelmAsync(found, found.Chart, options, method, live, cancellationToken).ConfigureAwait(false);
    }

    private MonitorPlan PlanOperator(FoundInstance found, MonitorOptions options, MonitorMethod method, LiveMonitor? live)
    {
        var instance = found.Instance;
        if (method == MonitorMethod.Helm)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"Milvus/{instance} belongs to the Milvus Operator and not to Helm",
                "leave -Method Helm out",
                instance.ToString());
        }

        if (options.ScrapeTimeout is not null)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"Milvus/{instance} belongs to the Milvus Operator, which has no setting for the scrape timeout",
                "leave -ScrapeTimeout out",
                instance.ToString());
        }

        options.Validate(options.Interval, null, found.MonitorId.ToString());
        var labels = options
            .AdditionalLabels.Where(label => live?.Metadata.Labels.GetValueOrDefault(label.Key) != label.Value)
            .ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal);
        if (labels.Count > 0 && live is null)
        {
            if (instance.MetricsEnabled)
            {
                throw new MonitoringException(
                    ErrorId.ObjectNotFound,
                    $"{found.MonitorId} does not exist yet, so that its labels cannot be set",
                    "check that the Milvus Operator runs, and run the command again once it has made the PodMonitor",
                    found.MonitorId.ToString());
            }

            sink.Warning(
                $"{found.MonitorId} does not exist yet; run the command again for its labels once the Milvus Operator has made it.");
            labels = [];
        }

        var interval = options.Interval == found.MetricInterval ? null : options.Interval;
        var change = new OperatorChange(!instance.MetricsEnabled || interval is not null, interval, labels);
        var action = change.SetsMetrics || labels.Count > 0 ? ResourceAction.Configured : ResourceAction.Unchanged;
        return new MonitorPlan(found, null, live, action, [], null) { Change = change, Options = options };
    }

    /// <summary>Plans the monitor of a Milvus whose chart and values are not known: it fits the Services as they are.</summary>
    private async Task<MonitorPlan> PlanFittedAsync(
        FoundInstance found,
        MonitorOptions options,
        MonitorMethod method,
        LiveMonitor? live,
        CancellationToken cancellationToken)
    {
        EnsureHelmMayRun(found, method);
        options.Validate(FittedMonitor.GetInterval(options), FittedMonitor.GetTimeout(options), found.MonitorId.ToString());
        var objects = found.Objects ?? throw MonitorRefusal.CreateNoObjects(found);
        var selecting = await reader.FindSelectingAsync(objects, cancellationToken).ConfigureAwait(false);
        if (selecting is { IsFitted: false })
        {
            return PlanExisting(found, options, selecting);
        }

        if (MonitorRefusal.Find(found) is { } refusal)
        {
            throw refusal;
        }

        if (live is not null && !live.IsFitted)
        {
            throw objects.RewrittenInstance is null ? CreateForeignMonitor(found, live) : CreateRewritten(found, objects);
        }

        var existing = selecting ?? live;
        var name = existing?.Metadata.Name ?? found.Instance.MonitorName;
        var labels = await FindLabelsAsync(found, FittedMonitor.Render(objects, name, options), cancellationToken).ConfigureAwait(false);
        var complete = labels is null ? options : options.With(labels.Labels);
        var wanted = FittedMonitor.Render(objects, name, complete);
        var matches = existing is not null && AppliedObject.Matches(wanted, existing.Json, FieldManagerEntry.OurName);
        var action = FindAction(existing, matches);
        var plan = new MonitorPlan(
            found with { Instance = found.Instance with { MonitorName = (string)wanted["metadata"]!["name"]! } },
            wanted,
            existing,
            action,
            [.. objects.Scraped.Select(service => service.Name)],
            null)
        {
            Options = complete,
            Note = Describe(labels),
        };
        WarnOfOwner(found, plan.Action, "metrics.serviceMonitor.enabled=true");
        return plan;
    }

    private static ResourceAction FindAction(LiveMonitor? live, bool matches)
    {
        if (live is null)
        {
            return ResourceAction.Created;
        }

        return matches ? ResourceAction.Unchanged : ResourceAction.Configured;
    }

    /// <summary>Plans nothing for a monitor of others, which scrapes already: a second one would double the series.</summary>
    private static MonitorPlan PlanExisting(FoundInstance found, MonitorOptions options, LiveMonitor live)
    {
        var endpoint = live.Endpoints.Count > 0 ? live.Endpoints[0] : default;
        var isAsAsked = (options.Interval is null || endpoint.Text("interval") == options.Interval)
            && (options.ScrapeTimeout is null || endpoint.Text("scrapeTimeout") == options.ScrapeTimeout)
            && options.AdditionalLabels.All(label => live.Metadata.Labels.GetValueOrDefault(label.Key) == label.Value);
        if (!isAsAsked)
        {
            throw new MonitoringException(
                ErrorId.FieldConflict,
                $"{live.Id} scrapes {found.Instance} already, and belongs to {DescribeOwner(found, live)}",
                "set the interval, the timeout and the labels there",
                live.Id.ToString());
        }

        var instance = found.Instance with { MonitorKind = live.Type.Kind, MonitorName = live.Metadata.Name };
        return new MonitorPlan(found with { Instance = instance }, null, live, ResourceAction.Unchanged, [], null) { Options = options };
    }

    /// <summary>Finds the labels by which the Prometheus of the cluster would select a monitor; null if it needs none.</summary>
    private async Task<SelectingLabels?> FindLabelsAsync(FoundInstance found, JsonObject monitor, CancellationToken cancellationToken)
    {
        var labels = monitor["metadata"]!["labels"]!
            .AsObject()
            .ToDictionary(label => label.Key, label => $"{label.Value}", StringComparer.Ordinal);
        var selecting = await new PrometheusSelection(client, sink)
            .FindLabelsAsync(prometheus, found.MonitorType.Kind, found.MonitorId.Namespace!, labels, cancellationToken)
            .ConfigureAwait(false);
        if (selecting is null || selecting.Labels.Keys.Any(MilvusChart.OwnLabels.Contains))
        {
            return null;
        }

        sink.Verbose($"{found.MonitorId} {Describe(selecting)}");
        return selecting;
    }

    private static string? Describe(SelectingLabels? labels) => labels is null
        ? null
        : $"has the labels {PrometheusSelection.Describe(labels.Labels)}, by which {labels.Prometheus} selects monitors";

    /// <summary>Describes who made a monitor: the tool that owns the Milvus, or the field managers of the monitor.</summary>
    public static string DescribeOwner(FoundInstance found, LiveMonitor live) =>
        found.Owner?.Source
        ?? (FieldManagers.ListAppliers([live.Metadata]) is { Count: > 0 } managers
            ? string.Join(", ", managers)
            : "the tool that applied it");

    private static MonitoringException CreateForeignMonitor(FoundInstance found, LiveMonitor live) => new(
        ErrorId.FieldConflict,
        $"{live.Id} already exists, selects no Service of {found.Instance}, and belongs to {DescribeOwner(found, live)}",
        "correct it there, or delete it and run the command again",
        live.Id.ToString());

    public static MonitoringException CreateRewritten(FoundInstance found, MilvusObjects objects) => new(
        ErrorId.ObjectNotFound,
        $"No Service of {found.Instance} has the label {MilvusLabels.Instance}={objects.Instance}, which its ServiceMonitor selects by: "
            + $"Argo CD has written {objects.RewrittenInstance} over it to track its objects",
        "set application.resourceTrackingMethod to annotation in the ConfigMap argocd-cm, and sync the Application again",
        found.Instance.ToString());

    private void WarnOfOwner(FoundInstance found, ResourceAction action, string setting)
    {
        if (action != ResourceAction.Unchanged && found.Owner?.Describe(setting) is { } text)
        {
            sink.Warning($"{text}.");
        }
    }

    /// <summary>Refuses to run helm on what helm does not manage alone.</summary>
    private static void EnsureHelmMayRun(FoundInstance found, MonitorMethod method)
    {
        if (method != MonitorMethod.Helm)
        {
            return;
        }

        var instance = found.Instance;
        var reason = true switch
        {
            _ when instance.ManagedBy == MilvusManager.Flux =>
                $"{found.Owner?.Source ?? "Flux"} owns the values of {instance}, and would undo what helm sets",
            _ when instance.ManagedBy == MilvusManager.OtherChart => $"{instance} was installed by another publisher's chart",
            _ when found.Chart is null => $"{instance} has no record of Helm",
            _ when instance.StorageNamespace is { } storage =>
                $"Helm keeps the records of {instance} in namespace {storage}, where helm would move it",
            _ => null,
        };
        if (reason is not null)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                reason,
                "set the values with the tool that installed it, or leave -Method Helm out",
                instance.ToString());
        }
    }

    private async Task<MonitorPlan> PlanHelmAsync(
        FoundInstance found,
        MilvusChart installed,
        MonitorOptions options,
        MonitorMethod method,
        LiveMonitor? live,
        CancellationToken cancellationToken)
    {
        EnsureHelmMayRun(found, method);
        _checks.EnsureDeployed(found.Instance, method);
        ReleaseChecks.EnsureServesMetrics(found, options.ApplyTo(installed));
        if (live is null
            && !installed.MakesMonitor
            && found.Objects is { } objects
            && await reader.FindSelectingAsync(objects, cancellationToken).ConfigureAwait(false) is { } other)
        {
            return PlanExisting(found, options, other);
        }

        // A monitor that the values of the release make gets its labels there only.
        var labels = installed.MakesMonitor && method == MonitorMethod.Native
            ? null
            : await FindLabelsAsync(found, options.ApplyTo(installed).RenderMonitor(), cancellationToken).ConfigureAwait(false);
        var complete = labels is null ? options : options.With(labels.Labels);
        var plan = await PlanRenderedAsync(found, installed, complete, method, live, cancellationToken).ConfigureAwait(false);
        return plan with { Note = Describe(labels) };
    }

    /// <summary>Plans the monitor that the chart renders.</summary>
    private async Task<MonitorPlan> PlanRenderedAsync(
        FoundInstance found,
        MilvusChart installed,
        MonitorOptions options,
        MonitorMethod method,
        LiveMonitor? live,
        CancellationToken cancellationToken)
    {
        var chart = options.ApplyTo(installed);
        var services = await reader.ListServicesAsync(chart, cancellationToken).ConfigureAwait(false);
        ReleaseChecks.EnsureHasService(found, chart, services);
        ReleaseChecks.EnsureOwned(found, chart, live);
        if (method == MonitorMethod.Native)
        {
            _checks.WarnOfOldChart(found, chart);
        }

        var wanted = chart.RenderMonitor();
        var isInValues = options.AreIn(installed);
        var action = live is null ? ResourceAction.Created : ResourceAction.Configured;
        if (live is not null
            && !options.AreGiven
            && (found.IsUnfinished || (installed.MakesMonitor && live.IsOfHelmOnly))
            && found.Objects is { } objects
            && MonitorReader.Selects(live, objects))
        {
            // What an unfinished revision renders may not be what is in effect, and what helm has rendered is what the chart asks for.
            action = ResourceAction.Unchanged;
        }

        if (live is not null
            && AppliedObject.Matches(wanted, live.Json, MilvusChart.FieldManager)
            && (isInValues || method == MonitorMethod.Native))
        {
            action = ResourceAction.Unchanged;
        }

        if (method == MonitorMethod.Native && action == ResourceAction.Configured && installed.MakesMonitor && !isInValues)
        {
            throw new MonitoringException(
                ErrorId.FieldConflict,
                $"The values of the Helm release {found.Instance} ask for another {found.MonitorId}",
                DescribeChange(found, chart, options),
                found.MonitorId.ToString());
        }

        if (!installed.MakesMonitor)
        {
            WarnOfOwner(found, action, options.WriteHelmSet(chart));
        }

        return new MonitorPlan(found with { Chart = chart }, wanted, live, action, services, options.WriteHelmSet(chart))
        {
            Options = options,
        };
    }

    private static string DescribeChange(FoundInstance found, MilvusChart chart, MonitorOptions options) =>
        found.Owner?.Source is { } source
            ? $"change the values in {source}: {options.WriteHelmSet(chart)}"
            : "change the values, with -Method Helm or by helm upgrade "
                + $"with --version {PowerShellText.Quote(chart.Parent?.Version ?? chart.ChartVersion)} --reuse-values "
                + $"--set {PowerShellText.Quote(options.WriteHelmSet(chart))}";
}
