using System.Collections.Concurrent;
using System.Globalization;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// Reads the Helm releases of Milvus from their records. Only two revisions of a release are read: the newest, and the newest deployed one
/// if it is another.
/// </summary>
internal sealed class HelmReleases(ClusterClient client, IActivitySink sink)
{
    private const int ReadsAtOnce = 8;
    private const string Deployed = "deployed";
    private const string SecretSelector = "fieldSelector=type%3Dhelm.sh%2Frelease.v1&labelSelector=owner%3Dhelm";
    private const string ConfigMapSelector = "labelSelector=owner%3Dhelm";

    /// <summary>Lists the releases with records in Secrets, Helm's default, or in ConfigMaps (<c>HELM_DRIVER=configmap</c>).</summary>
    /// <param name="type">Secret or ConfigMap.</param>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="isWanted">Whether a release name is wanted.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<FoundInstance>> ListAsync(
        ResourceType type,
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        var selector = type == ResourceType.Secret ? SecretSelector : ConfigMapSelector;
        var revisions = new List<Revision>();
        await foreach (var metadata in client.ListMetadataAsync(type, namespaceName, selector, cancellationToken).ConfigureAwait(false))
        {
            if (Revision.From(type, metadata) is { } revision && isWanted(revision.Release))
            {
                revisions.Add(revision);
            }
        }

        var found = new ConcurrentBag<FoundInstance>();
        var releases = revisions
            .GroupBy(revision => (revision.Id.Namespace, revision.Release))
            .Select(release => release.OrderByDescending(revision => revision.Number).ToList());
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(releases, options, AddAsync).ConfigureAwait(false);
        return [.. found];

        async ValueTask AddAsync(List<Revision> release, CancellationToken token)
        {
            if (await FindReleaseAsync(type, release, token).ConfigureAwait(false) is { } instance)
            {
                found.Add(instance);
            }
        }
    }

    private async Task<FoundInstance?> FindReleaseAsync(
        ResourceType type,
        IReadOnlyList<Revision> revisions,
        CancellationToken cancellationToken)
    {
        var newest = await FindRecordAsync(type, revisions[0], cancellationToken).ConfigureAwait(false);
        if (newest is not { ChartName: MilvusChart.Name })
        {
            return null;
        }

        var inEffect = newest;
        if (newest.Status != Deployed && revisions.Skip(1).FirstOrDefault(revision => revision.Status == Deployed) is { } deployed)
        {
            inEffect = await FindRecordAsync(type, deployed, cancellationToken).ConfigureAwait(false) ?? newest;
        }

        var store = new HelmStore(type.Kind.ToLowerInvariant(), inEffect.Source);
        return CreateFound(revisions[0].Id.Namespace!, newest, inEffect, store);
    }

    private async Task<HelmRecord?> FindRecordAsync(ResourceType type, Revision revision, CancellationToken cancellationToken)
    {
        if (await client.FindAsync(type, revision.Id, cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        var data = JsonSlice.Text(body, "data", "release");
        var record = type == ResourceType.Secret
            ? HelmRecordReader.ReadSecret(data, out var damage)
            : HelmRecordReader.Read(data, out damage);
        if (record is not null && record.Name != revision.Release)
        {
            // Helm finds a release by its labels. A record that names another one could give helm an option instead of a name.
            (record, damage) = (null, "it names another release than its labels");
        }

        if (record is null)
        {
            sink.Warning(
                $"The record of the Helm release {revision.Release} in {revision.Id} is damaged: {damage}. The release is skipped.");
        }

        return record;
    }

    private FoundInstance CreateFound(string namespaceName, HelmRecord newest, HelmRecord inEffect, HelmStore store)
    {
        var chart = new MilvusChart(newest.Name, namespaceName, inEffect.ChartVersion, inEffect.AppVersion, inEffect.Values);
        var instance = new MilvusInstance
        {
            Name = newest.Name,
            Namespace = namespaceName,
            Mode = chart.IsCluster ? MilvusMode.Cluster : MilvusMode.Standalone,
            ChartVersion = chart.ChartVersion,
            AppVersion = chart.AppVersion,
            ManagedBy = MilvusManager.Helm,
            Revision = newest.Revision,
            Status = newest.Status,
            MetricsEnabled = chart.ServesMetrics,
            MonitorKind = ResourceType.ServiceMonitor.Kind,
            MonitorName = chart.MonitorName,
            MonitorInValues = chart.MakesMonitor,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
        return new FoundInstance(instance, chart, store);
    }

    /// <summary>The labels of a record. The label of the number is text, and 10 comes after 9.</summary>
    private sealed record Revision(ResourceId Id, string Release, int Number, string? Status)
    {
        public static Revision? From(ResourceType type, ObjectMetadata metadata) =>
            metadata.Labels.GetValueOrDefault("name") is { Length: > 0 } release
            && int.TryParse(metadata.Labels.GetValueOrDefault("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new Revision(
                    new ResourceId(type.Group, type.Kind, metadata.Namespace, metadata.Name),
                    release,
                    number,
                    metadata.Labels.GetValueOrDefault("status"))
                : null;
    }
}
