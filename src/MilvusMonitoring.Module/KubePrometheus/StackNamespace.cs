using MilvusMonitoring.Manifests;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>The namespace that a stack lives in.</summary>
internal static class StackNamespace
{
    /// <summary>Where the Prometheus resource is; else the manifests' own namespace; else the usual one.</summary>
    public static string Find(IReadOnlyList<ManifestObject> objects) =>
        objects.FirstOrDefault(candidate => candidate.Id.Kind == "Prometheus")?.Id.Namespace
        ?? objects.FirstOrDefault(candidate => candidate.Id is { Group: "", Kind: "Namespace" })?.Id.Name
        ?? PrometheusChoice.UsualNamespace;
}
