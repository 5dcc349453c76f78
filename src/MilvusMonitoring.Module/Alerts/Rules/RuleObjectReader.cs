using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Reads PrometheusRules.</summary>
internal sealed class RuleObjectReader(ClusterClient client, IActivitySink sink)
{
    /// <summary>Finds one PrometheusRule.</summary>
    public async Task<RuleObject?> FindAsync(ResourceId id, CancellationToken cancellationToken)
    {
        if (await client.FindAsync(ResourceType.PrometheusRule, id, cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        using var document = ClusterClient.ParseResponse(body, id.ToString());
        return RuleObject.From(document.RootElement.Clone());
    }

    /// <summary>
    /// Lists the PrometheusRules that this module applied for any Milvus, in all namespaces, or where the caller may not list them in the
    /// namespace of the Milvus.
    /// </summary>
    /// <param name="place">The namespace of the Milvus; null if it is not known.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<IReadOnlyList<RuleObject>> ListOwnAsync(string? place, CancellationToken cancellationToken)
    {
        try
        {
            return await ListAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied && place is not null)
        {
            sink.Verbose(exception.Message);
            return await ListAsync(place, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lists the PrometheusRules that this module applied for one Milvus, wherever the Prometheus selects them.</summary>
    /// <param name="place">The namespace of the Milvus.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<IReadOnlyList<RuleObject>> ListForAsync(string place, string name, CancellationToken cancellationToken)
    {
        var own = await ListOwnAsync(place, cancellationToken).ConfigureAwait(false);
        return [.. own.Where(item => item.Owner == (place, name))];
    }

    private async Task<IReadOnlyList<RuleObject>> ListAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        const string Selector = $"labelSelector={AlertRuleMark.ManagedByLabel}%3D{FieldManagerEntry.OurName}";
        var objects = await client
            .ListAsync(ResourceType.PrometheusRule, namespaceName, Selector, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        return [.. objects.Select(RuleObject.From).OfType<RuleObject>().Where(found => found.IsOurs)];
    }
}
