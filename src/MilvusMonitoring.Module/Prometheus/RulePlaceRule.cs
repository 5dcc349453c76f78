namespace MilvusMonitoring.Prometheus;

/// <summary>Where a PrometheusRule is selected.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Labels">The labels that it needs beyond its own.</param>
/// <param name="Prometheus">The Prometheus that selects it there: <c>Prometheus/monitoring/k8s</c>; null if none does.</param>
internal sealed record RulePlace(string Namespace, IReadOnlyDictionary<string, string> Labels, string? Prometheus)
{
    /// <summary>Why each Prometheus selects it nowhere; empty if one does, or if there is none.</summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];
}

/// <summary>Chooses the place of a PrometheusRule.</summary>
internal static class RulePlaceRule
{
    private const string Kind = "PrometheusRule";

    /// <param name="servers">The Prometheus resources that may select it.</param>
    /// <param name="own">The namespace of the Milvus, which is the place wherever a Prometheus selects in it.</param>
    /// <param name="labels">The labels that the PrometheusRule has.</param>
    /// <param name="namespaceLabels">The labels of each namespace; null for those that could not be read.</param>
    public static RulePlace Choose(
        IReadOnlyList<PrometheusServer> servers,
        string own,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>?> namespaceLabels)
    {
        var places = servers
            .Select(server => (Server: server, Place: own))
            .Concat(servers.Select(server => (Server: server, Place: server.Namespace)))
            .Select(item => (item.Server, item.Place, Labels: MonitorSelection.FindMissingLabels(
                item.Server.Json, Kind, item.Place, labels, namespaceLabels.GetValueOrDefault(item.Place))))
            .Where(item => item.Labels is not null)
            .OrderBy(item => item.Place == own ? 0 : 1)
            .ThenBy(item => item.Labels!.Count)
            .ToList();
        if (places.Count > 0)
        {
            var (server, place, missing) = places[0];
            return new RulePlace(place, missing!, server.ToString());
        }

        return new RulePlace(own, new Dictionary<string, string>(), null)
        {
            Refusals = [.. servers.Select(server => $"{server} {FindRefusal(server)?.Reason}")],
        };

        PassedOver? FindRefusal(PrometheusServer server) =>
            MonitorSelection.FindRefusal(server.Json, Kind, own, labels, namespaceLabels.GetValueOrDefault(own));
    }
}
