using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Tells an APIService of the stack from a foreign one. An APIService that points to a foreign Service, such as metrics-server's, is
/// foreign: taking it over or deleting it would break <c>kubectl top</c> and autoscaling.
/// </summary>
internal static class ApiServiceOwner
{
    /// <summary>Finds the reason to leave a live APIService alone.</summary>
    /// <param name="item">The APIService.</param>
    /// <param name="ours">The objects of the stack: an APIService that points to one of its Services belongs to the stack.</param>
    /// <returns>The reason; null if the APIService belongs to the stack or does not exist.</returns>
    public static async Task<string?> FindForeignOwnerAsync(
        ClusterClient client,
        PlannedResource item,
        IReadOnlySet<ResourceId> ours,
        CancellationToken cancellationToken)
    {
        if (await client.FindAsync(item.Type!, item.Id, cancellationToken).ConfigureAwait(false) is not { } live)
        {
            return null;
        }

        var service = JsonSlice.Parse(live, "spec", "service");
        var wanted = item.Manifest is { } manifest ? JsonSlice.Parse(manifest.ReadJson(), "spec", "service") : default;
        var isOurs = service.Text("name") is not { } name
            || ours.Contains(ResourceType.Service.IdOf(service.Text("namespace"), name))
            || (name == wanted.Text("name") && service.Text("namespace") == wanted.Text("namespace"));
        return isOurs ? null : $"is served by the foreign Service/{service.Text("namespace")}/{service.Text("name")} and was left alone";
    }
}
