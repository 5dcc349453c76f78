using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>The labels of a record of Helm. The label of the number is text, and 10 comes after 9.</summary>
/// <param name="Id">The Secret or ConfigMap.</param>
/// <param name="ResourceVersion">Its version, with which the record changes.</param>
/// <param name="Release">The name of the release.</param>
/// <param name="Number">The number of the revision.</param>
/// <param name="Status">The status of the revision.</param>
internal sealed record HelmRevision(ResourceId Id, string ResourceVersion, string Release, int Number, string? Status)
{
    public static HelmRevision? From(ResourceType type, ObjectMetadata metadata) =>
        metadata.Labels.GetValueOrDefault("name") is { Length: > 0 } release
        && int.TryParse(metadata.Labels.GetValueOrDefault("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new HelmRevision(
                type.IdOf(metadata.Namespace, metadata.Name),
                metadata.ResourceVersion,
                release,
                number,
                metadata.Labels.GetValueOrDefault("status"))
            : null;
}

/// <summary>Reads the records of Helm. A client reads no version of a record twice.</summary>
internal sealed class HelmRevisions(ClusterClient client, IActivitySink sink)
{
    private const string SecretSelector = "fieldSelector=type%3Dhelm.sh%2Frelease.v1&";

    // A release has one record for each revision, most of them superseded.
    private const string Current = "owner=helm,status!=superseded";

    private static readonly ConditionalWeakTable<ClusterClient, ConcurrentDictionary<(ResourceId, string), HelmRecord?>> Records = [];

    /// <summary>Lists the revisions that are not superseded, by their metadata.</summary>
    /// <param name="type">Secret or ConfigMap.</param>
    /// <param name="namespaceName">The namespace of the records; null for all.</param>
    /// <param name="releases">The names of the releases; null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<IReadOnlyList<HelmRevision>> ListAsync(
        ResourceType type,
        string? namespaceName,
        IReadOnlyCollection<string>? releases,
        CancellationToken cancellationToken)
    {
        var labels = releases is null ? Current : $"{Current},name in ({string.Join(',', releases)})";
        var selector = (type == ResourceType.Secret ? SecretSelector : string.Empty) + "labelSelector=" + Uri.EscapeDataString(labels);
        var revisions = new List<HelmRevision>();
        await foreach (var metadata in client.ListMetadataAsync(type, namespaceName, selector, cancellationToken).ConfigureAwait(false))
        {
            if (HelmRevision.From(type, metadata) is { } revision)
            {
                revisions.Add(revision);
            }
        }

        return revisions;
    }

    /// <summary>Reads a record; null if it is gone or damaged.</summary>
    public async Task<HelmRecord?> FindAsync(ResourceType type, HelmRevision revision, CancellationToken cancellationToken)
    {
        var records = Records.GetValue(client, _ => new ConcurrentDictionary<(ResourceId, string), HelmRecord?>());
        if (records.TryGetValue((revision.Id, revision.ResourceVersion), out var known))
        {
            return known;
        }

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

        return records[(revision.Id, revision.ResourceVersion)] = record;
    }
}
