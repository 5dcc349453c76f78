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

    /// <summary>Lists the PrometheusRules that this module applied for any Milvus.</summary>
    /// <param name="namespaceName">Their namespace; null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public Task<IReadOnlyList<RuleObject>> ListOwnAsync(string? namespaceName, CancellationToken cancellationToken) =>
        ListAsync(namespaceName, string.Empty, cancellationToken);

    /// <summary>
    /// Lists the PrometheusRules that this module applied for any Milvus, in all namespaces, or where the caller may not list them in
    /// some.
    /// </summary>
    /// <param name="places">The namespaces of the Milvus.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<IReadOnlyList<RuleObject>> ListNearAsync(IEnumerable<string> places, CancellationToken cancellationToken)
    {
        try
        {
            return await ListOwnAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            var found = new List<RuleObject>();
            foreach (var place in places.Distinct(StringComparer.Ordinal))
            {
                found.AddRange(await ListOwnAsync(place, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false));
            }

            return found;
        }
    }

    /// <summary>
    /// Lists the PrometheusRules that this module applied for one Milvus, wherever the Prometheus selects them: by the names that the
    /// module gives them, however many others there are.
    /// </summary>
    /// <param name="place">The namespace of the Milvus.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<IReadOnlyList<RuleObject>> ListForAsync(string place, string name, CancellationToken cancellationToken)
    {
        try
        {
            var fields = ((string[])[place, string.Empty])
                .Select(home => Uri.EscapeDataString($"metadata.name={AlertRuleObject.IdOf(place, name, home).Name}"));
            var found = await Task
                .WhenAll(fields.Select(field => ListAsync(null, $"&fieldSelector={field}", cancellationToken)))
                .ConfigureAwait(false);
            return [.. found.SelectMany(items => items).Where(item => item.Owner == (place, name))];
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            var near = await ListOwnAsync(place, cancellationToken).ConfigureAwait(false);
            return [.. near.Where(item => item.Owner == (place, name))];
        }
    }

    private async Task<IReadOnlyList<RuleObject>> ListAsync(string? namespaceName, string fields, CancellationToken cancellationToken)
    {
        const string Selector = $"labelSelector={AlertRuleMark.ManagedByLabel}%3D{FieldManagerEntry.OurName}";
        var own = new List<RuleObject>();
        var objects = client
            .ListAsync(ResourceType.PrometheusRule, namespaceName, Selector + fields, cancellationToken)
            .ConfigureAwait(false);
        await foreach (var json in objects)
        {
            if (RuleObject.From(json) is { IsOurs: true } found)
            {
                own.Add(found);
            }
        }

        return own;
    }
}
