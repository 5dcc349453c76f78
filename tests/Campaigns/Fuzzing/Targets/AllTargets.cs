namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>Everything that is fuzzed.</summary>
internal static class AllTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("manifests", 150_000, new ManifestTarget().TryOne),
        new("tar.gz archives", 60_000, ArchiveTargets.TryTarAsync),
        new("zip archives", 60_000, ArchiveTargets.TryZipAsync),
        new("helm records", 100_000, new HelmRecordTarget().TryOne),
        new("kubeconfigs", 80_000, new KubeconfigTarget().TryOne),
        new("exclusions from a proxy", 100_000, ProxyTarget.TryOne),
        new("port-forward messages", 100_000, PodConnectionTarget.TryOneAsync),
        new("status bodies", 120_000, StatusTarget.TryOne),
        new("watch events", 100_000, WatchTarget.TryOneAsync),
        new("endpoints", 100_000, EndpointTarget.TryOne),
        new("object metadata", 80_000, MetadataTarget.TryOne),
        new("label selectors", 120_000, SelectorTarget.TryOne),
        new("rules of roles", 80_000, RuleTarget.TryOne),
        new("files of an Alertmanager", 40_000, AlertmanagerTarget.TryOne),
        new("prometheus answers", 80_000, PrometheusTarget.TryOne),
    ];
}
