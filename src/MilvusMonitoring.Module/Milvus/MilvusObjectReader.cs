using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>What the Services and pods of a search tell.</summary>
/// <param name="Objects">The objects of each Milvus.</param>
/// <param name="Services">All Services, of whatever application; null if the caller may not read them.</param>
/// <param name="Scope">The namespace that was read; null for all.</param>
internal sealed record ObservedObjects(
    IReadOnlyList<MilvusObjects> Objects,
    IReadOnlyList<MilvusService>? Services,
    string? Scope)
{
    /// <summary>The objects of a Helm release.</summary>
    public IEnumerable<MilvusObjects> ListOfRelease(string namespaceName, string release) =>
        Objects.Where(objects => objects.Namespace == namespaceName && (objects.Release ?? objects.Instance) == release);

    /// <summary>The objects of an application in a Helm release; null for none.</summary>
    public MilvusObjects? FindOfRelease(string namespaceName, string release, string? application) =>
        ListOfRelease(namespaceName, release).FirstOrDefault(objects => application is null || objects.Application == application);
}

/// <summary>Reads the Services and pods of Milvus.</summary>
internal sealed class MilvusObjectReader(ClusterClient client, IActivitySink sink)
{
    /// <summary>Reads the objects of every Milvus.</summary>
    /// <param name="namespaceName">The namespace; null for all or, if the caller may not read all, for that of the context.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public async Task<ObservedObjects> ReadAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var (services, scope) = await ListAsync(namespaceName, place => ListServicesAsync(place, cancellationToken)).ConfigureAwait(false);
        var groups = (services ?? [])
            .GroupBy(service => (service.Namespace, service.Instance, service.Application))
            .Where(group => group.Any(service => service.IsOfMilvus))
            .ToList();
        var applications = groups
            .Select(group => group.Key.Application)
            .Append(MilvusChart.Name)
            .Where(application => application.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        var labels = $"{MilvusLabels.Name} in ({string.Join(',', applications)})";
        var (pods, _) = await ListAsync(namespaceName, place => ListPodsAsync(place, labels, cancellationToken)).ConfigureAwait(false);
        var podsOf = (pods ?? []).ToLookup(pod => (pod.Namespace, pod.Instance, pod.Application));
        var objects = new List<MilvusObjects>();
        foreach (var group in groups)
        {
            var own = group.Key.Application.Length > 0
                ? FindPodsOf(group.Key)
                : await ListSelectedPodsAsync([.. group], cancellationToken).ConfigureAwait(false);
            objects.Add(new MilvusObjects(group.Key.Namespace, group.Key.Instance, group.Key.Application, [.. group], own));
        }

        var keys = groups.Select(group => group.Key).ToHashSet();
        objects.AddRange(
            (pods ?? [])
                .Where(IsAlone)
                .GroupBy(pod => (pod.Namespace, pod.Instance!, pod.Application))
                .Where(group => !keys.Contains(group.Key))
                .Select(group => new MilvusObjects(group.Key.Namespace, group.Key.Item2, group.Key.Application, [], [.. group])));
        return new ObservedObjects(objects, services, scope);

        IReadOnlyList<ObservedPod>? FindPodsOf((string Namespace, string? Instance, string Application) key) =>
            pods is null ? null : [.. podsOf[key]];
    }

    /// <summary>
    /// Lists the pods of Services without the usual labels; null if the caller may not read them, or nothing selects them.
    /// </summary>
    private async Task<IReadOnlyList<ObservedPod>?> ListSelectedPodsAsync(
        IReadOnlyList<MilvusService> services,
        CancellationToken cancellationToken)
    {
        if (services.FirstOrDefault(service => service.Selector.Count > 0) is not { } service)
        {
            return null;
        }

        var labels = string.Join(',', service.Selector.Select(label => $"{label.Key}={label.Value}"));
        var (pods, _) = await ListAsync(service.Namespace, place => ListPodsAsync(place, labels, cancellationToken)).ConfigureAwait(false);
        return pods;
    }

    /// <summary>Whether a pod shows a Milvus that may have no Service.</summary>
    private static bool IsAlone(ObservedPod pod) => pod.Instance is not null && pod.Application == MilvusChart.Name;

    /// <summary>Lists in a namespace or, if the caller may list in its own namespace only, there.</summary>
    /// <returns>The items, null if the caller may not list them; and the namespace, null for all.</returns>
    private async Task<(List<T>? Items, string? Scope)> ListAsync<T>(string? namespaceName, Func<string?, Task<List<T>>> list)
    {
        foreach (var place in namespaceName is null ? [null, client.Connection.DefaultNamespace] : (string?[])[namespaceName])
        {
            try
            {
                return (await list(place).ConfigureAwait(false), place);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
            {
                sink.Verbose(exception.Message);
            }
        }

        return (null, namespaceName);
    }

    private async Task<List<MilvusService>> ListServicesAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var services = new List<MilvusService>();
        await foreach (var json in client.ListAsync(ResourceType.Service, namespaceName, string.Empty, cancellationToken)
            .ConfigureAwait(false))
        {
            if (MilvusService.From(json) is { } service)
            {
                services.Add(service);
            }
        }

        return services;
    }

    private async Task<List<ObservedPod>> ListPodsAsync(string? namespaceName, string labels, CancellationToken cancellationToken)
    {
        var selector = "labelSelector=" + Uri.EscapeDataString(labels);
        var pods = new List<ObservedPod>();
        await foreach (var json in client.ListAsync(ResourceType.Pod, namespaceName, selector, cancellationToken).ConfigureAwait(false))
        {
            pods.Add(ObservedPod.From(json));
        }

        return pods;
    }
}
