using System.Text.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>Reads the objects of a namespace by which monitors find their targets, side by side.</summary>
internal sealed class TargetObjectReader(ClusterClient client, IActivitySink sink)
{
    /// <summary>Reads the objects. A list that the caller may not read is null.</summary>
    public async Task<TargetObjects> ReadAsync(string namespaceName, CancellationToken cancellationToken)
    {
        var services = ListAsync(ResourceType.Service, namespaceName, cancellationToken);
        var slices = ListSlicesAsync(namespaceName, cancellationToken);
        var pods = ListAsync(ResourceType.Pod, namespaceName, cancellationToken);
        var lists = await Task.WhenAll(services, slices, pods).ConfigureAwait(false);
        return new TargetObjects(namespaceName, lists[0].Items, lists[1].Items, lists[2].Items)
        {
            Denial = lists.Select(list => list.Denial).FirstOrDefault(denial => denial is not null),
        };
    }

    private async Task<(List<JsonElement>? Items, MonitoringException? Denial)> ListSlicesAsync(
        string namespaceName,
        CancellationToken cancellationToken)
    {
        var slices = await ListAsync(ResourceType.EndpointSlice, namespaceName, cancellationToken).ConfigureAwait(false);
        return slices.Items is { Count: 0 }
            ? await ListAsync(ResourceType.OldEndpointSlice, namespaceName, cancellationToken).ConfigureAwait(false)
            : slices;
    }

    private async Task<(List<JsonElement>? Items, MonitoringException? Denial)> ListAsync(
        ResourceType type,
        string namespaceName,
        CancellationToken cancellationToken)
    {
        try
        {
            var items = client.ListAsync(type, namespaceName, string.Empty, cancellationToken);
            return (await items.ToListAsync(cancellationToken).ConfigureAwait(false), null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return (null, exception);
        }
    }
}
