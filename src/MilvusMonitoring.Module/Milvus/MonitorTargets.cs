namespace MilvusMonitoring.Milvus;

/// <summary>What a monitor selects.</summary>
/// <param name="Ports">The names of the ports that it scrapes.</param>
/// <param name="Selected">The Services that its selector selects or, for a PodMonitor, the pods.</param>
/// <param name="Endpoints">The endpoints behind those that have such a port; null where the caller may not see them.</param>
internal sealed record MonitorTargets(
    IReadOnlyCollection<string> Ports,
    IReadOnlyList<SelectedObject> Selected,
    IReadOnlyList<MonitorEndpoint>? Endpoints)
{
    /// <summary>What can be scraped: has a port of the right name.</summary>
    public IEnumerable<SelectedObject> Scraped => Selected.Where(selected => selected.Ports.Any(Ports.Contains));

    /// <summary>The endpoints that are ready; null where the caller may not see them.</summary>
    public IReadOnlyList<MonitorEndpoint>? Ready => Endpoints is null ? null : [.. Endpoints.Where(endpoint => endpoint.IsReady)];
}

/// <summary>A Service or pod that a monitor selects.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Ports">The names of its ports.</param>
internal sealed record SelectedObject(string Namespace, string Name, IReadOnlyList<string> Ports);

/// <summary>One that answers scrapes.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Pod">The pod's name, or the address where no pod is behind it.</param>
/// <param name="IsReady">Whether it is ready.</param>
internal sealed record MonitorEndpoint(string Namespace, string Pod, bool IsReady);
