using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// Reads the Helm releases of Milvus from their records. Only two revisions of a release are read: the newest, and the newest deployed one
/// if it is another. Of many releases only those are read that can be Milvus by their Services or their name.
/// </summary>
internal sealed class HelmReleases(ClusterClient client, IActivitySink sink)
{
    private const int ReadsAtOnce = 8;

    /// <summary>The number of releases up to which all are read: a record has up to 1 MiB.</summary>
    private const int FewReleases = 16;

    private const string Deployed = "deployed";

    private readonly HelmRevisions _revisions = new(client, sink);

    /// <summary>Lists the releases with records in Secrets, Helm's default, or in ConfigMaps (<c>HELM_DRIVER=configmap</c>).</summary>
    /// <param name="type">Secret or ConfigMap.</param>
    /// <param name="namespaceName">The namespace of the records; null for all.</param>
    /// <param name="isWanted">Whether a name is wanted.</param>
    /// <param name="observed">What Services and pods tell.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<FoundInstance>> ListAsync(
        ResourceType type,
        string? namespaceName,
        Func<string, bool> isWanted,
        ObservedObjects observed,
        CancellationToken cancellationToken)
    {
        var revisions = await _revisions.ListAsync(type, namespaceName, null, cancellationToken).ConfigureAwait(false);
        var wanted = revisions.Where(revision => isWanted(revision.Release) || IsPartWanted(revision.Release));
        return await ReadAsync(type, ChooseReleases(wanted, observed), observed, cancellationToken).ConfigureAwait(false);

        // Several Milvus of one release are named as the chart names their objects.
        bool IsPartWanted(string release) =>
            observed.Objects.Any(objects => (objects.Release ?? objects.Instance) == release && isWanted(objects.FullName));
    }

    /// <summary>
    /// Lists the releases whose records lie in other namespaces than their Services, as with the HelmReleases of Flux. The Services name
    /// them.
    /// </summary>
    /// <param name="namespaceName">The namespace of the Services.</param>
    /// <param name="releases">The names of the releases.</param>
    /// <param name="observed">What Services and pods tell.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<FoundInstance>> ListStoredElsewhereAsync(
        string namespaceName,
        IReadOnlyCollection<string> releases,
        ObservedObjects observed,
        CancellationToken cancellationToken)
    {
        var places = releases
            .SelectMany(release => observed.ListOfRelease(namespaceName, release))
            .Select(objects => objects.FindLabel(MilvusLabels.FluxReleaseNamespace))
            .Distinct();
        var found = new List<FoundInstance>();
        foreach (var place in places)
        {
            var revisions = await _revisions.ListAsync(ResourceType.Secret, place, releases, cancellationToken).ConfigureAwait(false);
            var elsewhere = GroupByRelease(revisions.Where(revision => revision.Id.Namespace != namespaceName));
            found.AddRange(await ReadAsync(ResourceType.Secret, elsewhere, observed, cancellationToken).ConfigureAwait(false));
        }

        return [.. found.Where(instance => instance.Instance.Namespace == namespaceName)];
    }

    private static IReadOnlyList<IReadOnlyList<HelmRevision>> GroupByRelease(IEnumerable<HelmRevision> revisions) =>
    [
        .. revisions
            .GroupBy(revision => (revision.Id.Namespace, revision.Release))
            .Select(release => release.OrderByDescending(revision => revision.Number).ToList()),
    ];

    /// <summary>
    /// Chooses the releases to read. Few are all read. Of many, those that own Services of Milvus or have its name, and some of those
    /// that own no Service that could tell.
    /// </summary>
    private IReadOnlyList<IReadOnlyList<HelmRevision>> ChooseReleases(IEnumerable<HelmRevision> revisions, ObservedObjects observed)
    {
        var releases = GroupByRelease(revisions);
        if (releases.Count <= FewReleases || observed.Services is not { } services)
        {
            return releases;
        }

        var names = observed.Objects.SelectMany(objects => new[] { objects.Release, objects.Instance }).ToHashSet(StringComparer.Ordinal);
        var owners = services.Select(service => service.Release ?? service.Instance).ToHashSet(StringComparer.Ordinal);
        var likely = releases
            .Where(release => names.Contains(release[0].Release) || release[0].Release.Contains(MilvusChart.Name, StringComparison.Ordinal))
            .ToList();
        var silent = releases.Except(likely).Where(release => !owners.Contains(release[0].Release)).ToList();
        var chosen = likely.Concat(silent.Take(Math.Max(0, FewReleases - likely.Count))).ToList();
        sink.Verbose($"Of {releases.Count} Helm releases {chosen.Count} were read: the others own no Service of Milvus.");
        return chosen;
    }

    private async Task<IReadOnlyList<FoundInstance>> ReadAsync(
        ResourceType type,
        IReadOnlyList<IReadOnlyList<HelmRevision>> releases,
        ObservedObjects observed,
        CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<FoundInstance>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(releases, options, AddAsync).ConfigureAwait(false);
        return [.. found];

        async ValueTask AddAsync(IReadOnlyList<HelmRevision> release, CancellationToken token)
        {
            foreach (var instance in await ReadReleaseAsync(type, release, observed, token).ConfigureAwait(false))
            {
                found.Add(instance);
            }
        }
    }

    private async Task<IReadOnlyList<FoundInstance>> ReadReleaseAsync(
        ResourceType type,
        IReadOnlyList<HelmRevision> revisions,
        ObservedObjects observed,
        CancellationToken cancellationToken)
    {
        if (await _revisions.FindAsync(type, revisions[0], cancellationToken).ConfigureAwait(false) is not { } newest)
        {
            return [];
        }

        var inEffect = newest;
        if (newest.Status != Deployed && revisions.Skip(1).FirstOrDefault(revision => revision.Status == Deployed) is { } deployed)
        {
            inEffect = await _revisions.FindAsync(type, deployed, cancellationToken).ConfigureAwait(false) ?? newest;
        }

        var storage = revisions[0].Id.Namespace!;
        if (await IsInOtherScopeAsync(newest, storage, observed, cancellationToken).ConfigureAwait(false))
        {
            return [];
        }

        var place = FindNamespace(newest, storage, observed);
        if (ChartsInRelease.IsOtherChart(inEffect))
        {
            return [CreateOther(newest, inEffect, place, storage, observed)];
        }

        var store = new HelmStore(type.Kind.ToLowerInvariant(), inEffect.Source);
        var charts = ChartsInRelease.List(inEffect, place, [.. observed.ListOfRelease(place, newest.Name)]);
        return
        [
            .. charts.Select(chart =>
            {
                var name = charts.Count == 1 ? newest.Name : chart.FullName;
                return Create(newest, name, chart, store, storage, observed.FindOfRelease(place, newest.Name, FindApplication(chart)));
            }),
        ];

        string? FindApplication(MilvusChart chart) => charts.Count == 1 ? null : chart.Application;
    }

    /// <summary>
    /// Finds the namespace of a release. A record names it, but whoever writes a record may write any name into it. So the name counts only
    /// if Services there name the release as their owner.
    /// </summary>
    private static string FindNamespace(HelmRecord record, string storage, ObservedObjects observed) =>
        record.Namespace is { } place && observed.ListOfRelease(place, record.Name).Any(objects => objects.Release == record.Name)
            ? place
            : storage;

    /// <summary>Whether a record in the searched namespace is of a release that is proven to be in another one.</summary>
    private async Task<bool> IsInOtherScopeAsync(
        HelmRecord record,
        string storage,
        ObservedObjects observed,
        CancellationToken cancellationToken)
    {
        if (record.Namespace is not { } place || place == storage || observed.Scope is null || observed.Scope == place)
        {
            return false;
        }

        var there = await new MilvusObjectReader(client, sink).ReadAsync(place, cancellationToken).ConfigureAwait(false);
        return there.ListOfRelease(place, record.Name).Any(objects => objects.Release == record.Name);
    }

    private FoundInstance Create(
        HelmRecord newest,
        string name,
        MilvusChart chart,
        HelmStore store,
        string storage,
        MilvusObjects? objects)
    {
        var instance = Describe(newest, name, chart.Namespace, storage, objects) with
        {
            Mode = chart.IsCluster ? MilvusMode.Cluster : MilvusMode.Standalone,
            ChartVersion = chart.ChartVersion,
            ChartAppVersion = chart.AppVersion,
            AppVersion = objects?.RunningVersion ?? chart.ConfiguredVersion ?? AddPrefix(chart.AppVersion),
            MetricsEnabled = chart.ServesMetrics,
            MonitorName = chart.MonitorName,
            MonitorInValues = chart.MakesMonitor,
        };
        var owner = objects is null ? null : MilvusOwner.Find(objects);
        var manager = owner is { Manager: MilvusManager.Flux, HasValues: true } ? MilvusManager.Flux : MilvusManager.Helm;
        return new FoundInstance(instance with { ManagedBy = manager }, chart, store) { Objects = objects, Owner = owner };
    }

    private FoundInstance CreateOther(
        HelmRecord newest,
        HelmRecord inEffect,
        string place,
        string storage,
        ObservedObjects observed)
    {
        var all = observed.ListOfRelease(place, newest.Name).ToList();
        var objects = all.FirstOrDefault();
        var instance = Describe(newest, newest.Name, place, storage, objects) with
        {
            Mode = objects is null || objects.IsStandalone ? MilvusMode.Standalone : MilvusMode.Cluster,
            ChartVersion = inEffect.ChartVersion,
            ChartAppVersion = inEffect.AppVersion,
            AppVersion = objects?.RunningVersion ?? AddPrefix(inEffect.AppVersion),
            ManagedBy = MilvusManager.OtherChart,
            MetricsEnabled = objects is null || objects.Scraped.Count > 0,
            MonitorName = objects?.FullName ?? newest.Name,
        };
        return new FoundInstance(instance, null, null) { Objects = objects, Owner = objects is null ? null : MilvusOwner.Find(objects) };
    }

    private MilvusInstance Describe(HelmRecord newest, string name, string place, string storage, MilvusObjects? objects) => new()
    {
        Name = name,
        Namespace = place,
        StorageNamespace = storage == place ? null : storage,
        Revision = newest.Revision,
        Status = newest.Status,
        UpdatedAt = newest.UpdatedAt,
        RunningPods = objects?.RunningPods,
        MonitorKind = ResourceType.ServiceMonitor.Kind,
        MonitorName = string.Empty,
        Context = client.Connection.Context,
        Kubeconfig = client.Connection.Kubeconfig,
    };

    /// <summary>Writes the version of a chart as the tag of an image has it.</summary>
    private static string? AddPrefix(string? version) => version is [>= '0' and <= '9', ..] ? "v" + version : version;
}
