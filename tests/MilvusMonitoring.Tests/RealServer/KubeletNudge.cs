using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests;

/// <summary>
/// Has the kubelet of a real node write changed ConfigMaps into running pods at once: it looks at them about once a minute, and whenever
/// the pod itself changes.
/// </summary>
internal sealed class KubeletNudge : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ServerAdmin _admin;
    private readonly string _pods;
    private readonly Task _running;

    /// <param name="ns">The namespace of the pods.</param>
    /// <param name="selector">Their labels: <c>app=web</c>.</param>
    public KubeletNudge(string kubeconfig, string ns, string selector)
    {
        _admin = new ServerAdmin(kubeconfig);
        _pods = $"/api/v1/namespaces/{ns}/pods";
        _running = RunAsync($"{_pods}?labelSelector={Uri.EscapeDataString(selector)}");
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

    private async Task RunAsync(string list)
    {
        using var timer = new PeriodicTimer(s_interval);
        for (var turn = 0; await timer.WaitForNextTickAsync(_stop.Token); turn++)
        {
            using var pods = await _admin.GetAsync(list, _stop.Token);
            var mark = new JsonObject { ["example.com/turn"] = turn.ToString(CultureInfo.InvariantCulture) };
            var patch = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = mark } });
            foreach (var pod in pods.RootElement.GetProperty("items").EnumerateArray())
            {
                var path = $"{_pods}/{pod.GetProperty("metadata").GetProperty("name").GetString()}";
                await _admin.SendAsync(HttpMethod.Patch, path, patch, _stop.Token, "application/merge-patch+json");
            }
        }
    }
}
