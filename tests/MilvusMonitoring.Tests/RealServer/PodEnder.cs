using System.Text.Json;

namespace MilvusMonitoring.Tests;

/// <summary>
/// Deletes a terminating pod at once on a real node: a kubelet takes up to 10 s to report that a pod is gone, and the namespace controller
/// gives a pod half of its 30 s of grace.
/// </summary>
internal sealed class PodEnder : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly ServerAdmin _admin;
    private readonly Repeating _ending;

    public PodEnder(string kubeconfig)
    {
        _admin = new ServerAdmin(kubeconfig);
        _ending = new Repeating(s_interval, EndAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.DisposeAsync();
        _admin.Dispose();
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        using var pods = await _admin.GetAsync("/api/v1/pods", cancellationToken);
        foreach (var metadata in pods.RootElement.GetProperty("items").EnumerateArray().Select(pod => pod.GetProperty("metadata")))
        {
            if (metadata.TryGetProperty("deletionTimestamp", out _) && !NodePlace.IsBeside(Text(metadata, "namespace")))
            {
                var pod = $"/api/v1/namespaces/{Text(metadata, "namespace")}/pods/{Text(metadata, "name")}";
                await _admin.SendAsync(HttpMethod.Delete, $"{pod}?gracePeriodSeconds=0", null, cancellationToken);
            }
        }
    }

    private static string Text(JsonElement metadata, string name) => metadata.GetProperty(name).GetString()!;
}
