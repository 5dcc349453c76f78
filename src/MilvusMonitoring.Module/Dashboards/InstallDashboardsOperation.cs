using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Dashboards;

/// <summary>Which dashboards to install, and where.</summary>
/// <param name="Grafana">The Grafana.</param>
/// <param name="Names">Which of the dashboards of this module.</param>
internal sealed record InstallDashboardsRequest(GrafanaRequest Grafana, NamePattern Names)
{
    /// <summary>The dashboards of others; empty for the dashboards of this module.</summary>
    public IReadOnlyList<DashboardDocument> Documents { get; init; } = [];

    /// <summary>Whether to mend what does not work in another Grafana.</summary>
    public bool Repairs { get; init; }

    public DashboardOptions Options { get; init; } = new();

    /// <summary>The Milvus from the pipeline; empty for every Milvus of the cluster.</summary>
    public IReadOnlyList<(string? Namespace, string Name)> Instances { get; init; } = [];
}

/// <summary>What an installation of dashboards changes.</summary>
/// <param name="Site">The Grafana.</param>
/// <param name="Changes">What becomes of each dashboard.</param>
/// <param name="Results">The same as it is shown.</param>
internal sealed record SitePlan(
    GrafanaSite Site,
    IReadOnlyList<DashboardChange> Changes,
    IReadOnlyList<MilvusDashboard> Results) : IDisposable
{
    /// <summary>The changes to be written.</summary>
    public IReadOnlyList<DashboardChange> Writes =>
        [.. Changes.Where(change => change.Action is ResourceAction.Created or ResourceAction.Configured or ResourceAction.Deleted)];

    public void Dispose() => Site.Dispose();
}

/// <summary>Installs dashboards: makes a plan, which only reads, and executes it if the user agrees.</summary>
internal sealed class InstallDashboardsOperation(ClusterClient client, IActivitySink sink, TimeProvider? time = null)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Makes the plan.</summary>
    /// <exception cref="MonitoringException">There is no dashboard of the name, or no Grafana that takes dashboards.</exception>
    public async Task<SitePlan> PlanAsync(InstallDashboardsRequest request, CancellationToken cancellationToken)
    {
        var milvus = new ShownMilvusFinder(client, sink);
        var instances = await milvus.ListAsync(request.Instances, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<MilvusVersion> versions = [.. instances.SelectMany(instance => instance.Versions).Distinct()];
        var areOthers = request.Documents.Count > 0;
        var documents = areOthers
            ? request.Documents
            : OwnDashboards.Choose(request.Names, versions, request.Options);
        var messages = documents.ToDictionary(
            document => document.Uid,
            document => areOthers ? DashboardAdvice.Describe(document, versions, request.Repairs) : null,
            StringComparer.Ordinal);
        if (request.Repairs)
        {
            documents = [.. documents.Select(DashboardRepair.Mend)];
        }

        var site = await new PlaceFinder(client, sink).GetAsync(request.Grafana, cancellationToken).ConfigureAwait(false);
        try
        {
            var changes = await site.Place.PlanAsync(documents, cancellationToken).ConfigureAwait(false);
            changes = await RefuseTakenAsync(site, changes, cancellationToken).ConfigureAwait(false);
            var results = changes.Select(change => DashboardView.Show(client.Connection, site, change) with
            {
                Message = change.Error?.Reason ?? messages[change.Document.Uid],
            });
            return new SitePlan(site, changes, [.. results]);
        }
        catch
        {
            site.Dispose();
            throw;
        }
    }

    /// <summary>Executes the plan.</summary>
    /// <returns>What became of each dashboard.</returns>
    public async Task<IReadOnlyList<(MilvusDashboard Dashboard, MonitoringException? Error)>> ExecuteAsync(
        SitePlan plan,
        CancellationToken cancellationToken)
    {
        var done = plan.Writes.Count > 0
            ? await plan.Site.Place.ApplyAsync(plan.Writes, cancellationToken).ConfigureAwait(false)
            : [];
        if (plan.Site.Place.Doubt is { } doubt && plan.Writes.Count > 0)
        {
            sink.Warning($"{doubt}: add the files of Save-MilvusDashboard where the tool has its configuration.");
        }

        return
        [
            .. plan.Changes.Zip(plan.Results).Select(pair =>
            {
                var change = done.FirstOrDefault(item => item.Document.Uid == pair.First.Document.Uid) ?? pair.First;
                var result = pair.Second with { Action = change.Action, Message = change.Error?.Reason ?? pair.Second.Message };
                return (result, change.Error);
            }),
        ];
    }

    /// <summary>Waits until Grafana has dashboards.</summary>
    /// <returns>The dashboards as Grafana has them.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.NotAuthenticated"/>: Grafana shows nobody its dashboards; <see
    /// cref="ErrorId.TimedOut"/>: it does not have them in time.</exception>
    public async Task<IReadOnlyList<MilvusDashboard>> WaitAsync(
        GrafanaSite site,
        IReadOnlyList<MilvusDashboard> dashboards,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken, _time);
        var shown = new Dictionary<string, MilvusDashboard>(StringComparer.Ordinal);
        try
        {
            var grafana = await SignedInGrafana.GetAsync(site, deadline.Token).ConfigureAwait(false);
            var pause = FirstPause;
            while (true)
            {
                await AddShownAsync(grafana, site, dashboards, shown, deadline.Token).ConfigureAwait(false);
                if (shown.Count == dashboards.Count)
                {
                    return [.. dashboards.Select(dashboard => shown[dashboard.Uid])];
                }

                sink.Progress(
                    "Waiting for Grafana",
                    $"{site.Name} has {shown.Count} of {dashboards.Count} dashboards",
                    shown.Count * 100 / dashboards.Count);
                await Task.Delay(pause, _time, deadline.Token).ConfigureAwait(false);
                pause = Backoff.Next(pause, LongestPause);
            }
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            var missing = dashboards.First(dashboard => !shown.ContainsKey(dashboard.Uid));
            throw new MonitoringException(
                ErrorId.TimedOut,
                $"{site.Name} does not have the dashboard {missing.Uid} after {timeout.TotalSeconds:0} s",
                $"see the log of Grafana, and whether {missing.Where} still has it",
                missing.Uid);
        }
    }

    private static async Task AddShownAsync(
        SignedInGrafana grafana,
        GrafanaSite site,
        IReadOnlyList<MilvusDashboard> dashboards,
        Dictionary<string, MilvusDashboard> shown,
        CancellationToken cancellationToken)
    {
        foreach (var dashboard in dashboards.Where(dashboard => !shown.ContainsKey(dashboard.Uid)).ToList())
        {
            var live = await grafana.Api.FindDashboardAsync(dashboard.Uid, grafana.Login, cancellationToken).ConfigureAwait(false);
            if (live is not null)
            {
                shown[dashboard.Uid] = DashboardView.AddState(dashboard, site, live);
            }
        }
    }

    /// <summary>Refuses a dashboard that Grafana would put in the place of somebody else's: one of the same uid or title.</summary>
    private async Task<IReadOnlyList<DashboardChange>> RefuseTakenAsync(
        GrafanaSite site,
        IReadOnlyList<DashboardChange> changes,
        CancellationToken cancellationToken)
    {
        if (site.Place.Method == DashboardMethod.Api || changes.All(change => change.Action != ResourceAction.Created))
        {
            return changes;
        }

        if (await SignedInGrafana.FindAsync(site, cancellationToken).ConfigureAwait(false) is not { } grafana)
        {
            sink.Warning(
                $"{site.Name} was not searched for dashboards with the same uid or title; the new dashboards would replace them. "
                    + "Sign in with -GrafanaCredential or -GrafanaToken to have it searched.");
            return changes;
        }

        var judged = new List<DashboardChange>();
        foreach (var change in changes)
        {
            var error = change.Action == ResourceAction.Created
                ? await FindTakenAsync(grafana, site, change.Document, cancellationToken).ConfigureAwait(false)
                : null;
            judged.Add(error is null ? change : DashboardChange.Refuse(change.Document, change.Where, error));
        }

        return judged;
    }

    /// <summary>Finds out whether a file would take the place of a dashboard that somebody has made.</summary>
    private static async Task<MonitoringException?> FindTakenAsync(
        SignedInGrafana grafana,
        GrafanaSite site,
        DashboardDocument document,
        CancellationToken cancellationToken)
    {
        var live = await grafana.Api.FindDashboardAsync(document.Uid, grafana.Login, cancellationToken).ConfigureAwait(false);
        if (live is not null && !IsOf(live, document))
        {
            return DashboardErrors.CreateTaken(document, site.Name, live);
        }

        var titled = await grafana.Api.ListTitledAsync(document.Title, grafana.Login, cancellationToken).ConfigureAwait(false);
        foreach (var other in titled.Where(other => other.Title == document.Title && other.Uid != document.Uid))
        {
            if (await grafana.Api.FindDashboardAsync(other.Uid, grafana.Login, cancellationToken).ConfigureAwait(false)
                is { IsProvisioned: false })
            {
                return DashboardErrors.CreateTitleTaken(document, site.Name);
            }
        }

        return null;
    }

    /// <summary>Whether a dashboard comes from the file that this module writes: it has been there before.</summary>
    private static bool IsOf(GrafanaDashboard live, DashboardDocument document) =>
        live.IsProvisioned && live.Source?.Split('/')[^1] == document.FileName;
}
