namespace MilvusMonitoring.Milvus;

/// <summary>What a monitor selects.</summary>
/// <param name="Ports">The names of the ports that the monitor scrapes.</param>
/// <param name="Selected">The Services that its selector selects or, for a PodMonitor, the pods.</param>
/// <param name="Endpoints">The endpoints of those that have such a port; null if the caller may not read them.</param>
internal sealed record MonitorTargets(
    IReadOnlyCollection<string> Ports,
    IReadOnlyList<SelectedObject> Selected,
    IReadOnlyList<MonitorEndpoint>? Endpoints)
{
    /// <summary>The selected objects with a port that the monitor scrapes.</summary>
    public IEnumerable<SelectedObject> Scraped => Selected.Where(selected => selected.Ports.Any(Ports.Contains));

    /// <summary>The ready endpoints; null if the caller may not read them.</summary>
    public IReadOnlyList<MonitorEndpoint>? Ready => Endpoints is null ? null : [.. Endpoints.Where(endpoint => endpoint.IsReady)];
}

/// <summary>A Service or pod that a monitor selects, with the names of its ports.</summary>
internal sealed record SelectedObject(string Namespace, string Name, IReadOnlyList<string> Ports);

/// <summary>A scrape endpoint.</summary>
/// <param name="IsReady">Whether it is ready.</param>
internal sealed record MonitorEndpoint(bool IsReady);
