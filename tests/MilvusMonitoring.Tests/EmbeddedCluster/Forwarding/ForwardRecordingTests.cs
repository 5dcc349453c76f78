using MilvusMonitoring.Tests.EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>The embedded cluster forwards ports, and refuses to, as real nodes did.</summary>
public sealed class ForwardRecordingTests
{
    private const string Spdy = "SPDY is kubectl's way and not the module's: the embedded cluster says that it does not do this";
    private const string Exec = "nothing here runs programs in pods";

    /// <summary>What is answered otherwise on purpose: the recorder's note, and why.</summary>
    private static readonly Dictionary<string, string> s_leftOut = new()
    {
        ["v4.base64.channel.k8s.io"] = "the form for browsers' text frames; the module's is v4.channel.k8s.io",
        ["SPDY upgrade (kubectl before 1.31): Upgrade: SPDY/3.1, X-Stream-Protocol-Version: portforward.k8s.io; handshake only"] = Spdy,
        ["exec, no Accept"] = Exec,
        ["exec, Accept: application/json"] = Exec,
    };

    /// <summary>
    /// The same of the API servers that undo kubectl's tunnel themselves; before 1.31 their nodes refuse it, as recorded.
    /// </summary>
    private static readonly Dictionary<string, string> s_leftOutWithTunnel = new(s_leftOut)
    {
        ["SPDY/3.1+portforward.k8s.io (the tunnel of kubectl 1.31 and later), no Accept: handshake only"] = Spdy,
        ["SPDY/3.1+portforward.k8s.io with ?ports="] = Spdy,
    };

    [Theory]
    [InlineData("v1.36", "v1.36.2")]
    [InlineData("v1.20", "v1.20.2")]
    public async Task Every_recorded_port_forward_goes_as_recorded(string recordings, string kubernetes)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var exchanges = Recordings.Load(recordings, "port-forward.json");
        var leftOut = recordings == "v1.36" ? s_leftOutWithTunnel : s_leftOut;
        await using var scene = await ForwardScene.StartAsync(kubernetes, cancellationToken);
        var replay = new ForwardReplay(scene.Cluster, scene, leftOut);
        foreach (var exchange in exchanges)
        {
            await replay.PlayAsync(exchange!.AsObject(), cancellationToken);
        }

        Assert.True(replay.Differences.Count == 0, string.Join('\n', replay.Differences));
        Assert.Equal((exchanges.Count, true), (replay.Played, exchanges.Count > 50));
        Assert.Equal(leftOut.Keys.Order(), replay.Used.Order());
    }
}
