using System.Text.Json;

namespace MilvusMonitoring.Tests;

/// <summary>
/// Deletes a terminating pod at once on a real node: a kubelet takes up to 10 s to report that a pod is gone, and the namespace controller
/// gives a pod half of its 30 s of grace.
/// </summary>
internal sealed class PodEnder : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ServerAdmin _admin;
    private readonly Task _running;

    public PodEnder(string kubeconfig)
    {
        _admin = new ServerAdmin(kubeconfig);
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _admin.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(s_interval);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            using var pods = await _admin.GetAsync("/api/v1/pods", _stop.Token);
            foreach (var metadata in pods.RootElement.GetProperty("items").EnumerateArray().Select(pod => pod.GetProperty("metadata")))
            {
                if (metadata.TryGetProperty("deletionTimestamp", out _) && !NodePlace.IsBeside(Text(metadata, "namespace")))
                {
                    var pod = $"/api/v1/namespaces/{Text(metadata, "namespace")}/pods/{Text(metadata, "name")}";
                    await _admin.SendAsync(HttpMethod.Delete, $"{pod}?gracePeriodSeconds=0", null, _stop.Token);
                }
            }
        }
    }

    private static string Text(JsonElement metadata, string name) => metadata.GetProperty(name).GetString()!;
}
