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

    private readonly ServerAdmin _admin;
    private readonly string _pods;
    private readonly string _selector;
    private readonly Repeating _nudging;
    private int _turn;

    /// <param name="ns">The namespace of the pods.</param>
    /// <param name="selector">Their labels: <c>app=web</c>.</param>
    public KubeletNudge(string kubeconfig, string ns, string selector)
    {
        _admin = new ServerAdmin(kubeconfig);
        (_pods, _selector) = ($"/api/v1/namespaces/{ns}/pods", selector);
        _nudging = new Repeating(s_interval, NudgeAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _nudging.DisposeAsync();
        _admin.Dispose();
    }

    private async Task NudgeAsync(CancellationToken cancellationToken)
    {
        using var pods = await _admin.GetAsync($"{_pods}?labelSelector={Uri.EscapeDataString(_selector)}", cancellationToken);
        var mark = new JsonObject { ["example.com/turn"] = (++_turn).ToString(CultureInfo.InvariantCulture) };
        var patch = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = mark } });
        foreach (var pod in pods.RootElement.GetProperty("items").EnumerateArray())
        {
            var path = $"{_pods}/{pod.GetProperty("metadata").GetProperty("name").GetString()}";
            await _admin.SendAsync(HttpMethod.Patch, path, patch, cancellationToken, "application/merge-patch+json");
        }
    }
}
