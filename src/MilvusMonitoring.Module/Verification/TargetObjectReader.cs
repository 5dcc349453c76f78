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
        var listing = ListAsync(ResourceType.Service, namespaceName, ReachableService.From, cancellationToken);
        var slicing = ListSlicesAsync(namespaceName, cancellationToken);
        var reading = ListAsync(ResourceType.Pod, namespaceName, MilvusPod.From, cancellationToken);
        await Task.WhenAll(listing, slicing, reading).ConfigureAwait(false);
        var (services, slices, pods) =
            (await listing.ConfigureAwait(false), await slicing.ConfigureAwait(false), await reading.ConfigureAwait(false));
        return new TargetObjects(namespaceName, services.Items, slices.Items, pods.Items)
        {
            Denial = services.Denial ?? slices.Denial ?? pods.Denial,
        };
    }

    private async Task<(List<JsonElement>? Items, MonitoringException? Denial)> ListSlicesAsync(
        string namespaceName,
        CancellationToken cancellationToken)
    {
        var slices = await ListAsync(ResourceType.EndpointSlice, namespaceName, json => json, cancellationToken)
            .ConfigureAwait(false);
        return slices.Items is { Count: 0 }
            ? await ListAsync(ResourceType.OldEndpointSlice, namespaceName, json => json, cancellationToken).ConfigureAwait(false)
            : slices;
    }

    private async Task<(List<T>? Items, MonitoringException? Denial)> ListAsync<T>(
        ResourceType type,
        string namespaceName,
        Func<JsonElement, T> read,
        CancellationToken cancellationToken)
    {
        try
        {
            // What is not kept of a pod is let go page by page: a namespace may have thousands of pods.
            var items = new List<T>();
            await foreach (var item in client.ListAsync(type, namespaceName, string.Empty, cancellationToken).ConfigureAwait(false))
            {
                items.Add(read(item));
            }

            return (items, null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return (null, exception);
        }
    }
}
