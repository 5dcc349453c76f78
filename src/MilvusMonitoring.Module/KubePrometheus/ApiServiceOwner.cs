using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Whose an APIService is. One that points to a Service of others, as metrics-server's does, is theirs: taking it over or deleting it would
/// break <c>kubectl top</c> and autoscaling.
/// </summary>
internal static class ApiServiceOwner
{
    /// <summary>Whether the live APIService is others'.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="item">The APIService.</param>
    /// <param name="ours">The objects of the stack: an APIService that points to one of its Services is ours.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>Why it is left alone; null where it is ours or not there.</returns>
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
            || ours.Contains(new ResourceId(string.Empty, "Service", service.Text("namespace"), name))
            || (name == wanted.Text("name") && service.Text("namespace") == wanted.Text("namespace"));
        return isOurs ? null : $"serves Service/{service.Text("namespace")}/{service.Text("name")} of others and was left alone";
    }
}
