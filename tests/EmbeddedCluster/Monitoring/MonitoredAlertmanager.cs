using System.Net;
using System.Text.Json.Nodes;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// An Alertmanager behind the pods of <c>Alertmanager/monitoring/main</c>, which loads what the operator would make of the cluster: a real
/// one, or a stand-in.
/// </summary>
public sealed class MonitoredAlertmanager : IAsyncDisposable
{
    private const string Namespace = "monitoring";
    private const string Name = "main";
    private const int Port = 9093;
    private const int Pods = 3;

    private readonly CancellationTokenSource _stop = new();
    private readonly Cluster _cluster;
    private Task _following = Task.CompletedTask;

    private MonitoredAlertmanager(Cluster cluster) => _cluster = cluster;

    /// <summary>The stand-in; null for a real one.</summary>
    public AlertmanagerStandIn? StandIn { get; private set; }

    /// <summary>The real one; null for a stand-in.</summary>
    public RealAlertmanager? Real { get; private set; }

    public Uri Address => Real?.Address ?? StandIn!.Address;

    /// <summary>Whether a real one has refused a configuration.</summary>
    public bool HasRefused { get; private set; }

    public static async Task<MonitoredAlertmanager> StartAsync(Cluster cluster, bool real, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var monitored = new MonitoredAlertmanager(cluster);
        try
        {
            var configuration = monitored.Read();
            if (real)
            {
                monitored.Real = await RealAlertmanager.StartAsync(configuration.ToJsonString(), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                monitored.StandIn = await AlertmanagerStandIn.StartAsync(cancellationToken).ConfigureAwait(false);
                monitored.StandIn.Configuration = configuration;
            }

            for (var pod = 0; pod < Pods; pod++)
            {
                var name = $"alertmanager-{Name}-{pod}";
                cluster.Backends.ServePod(Namespace, name, Port, new IPEndPoint(IPAddress.Loopback, monitored.Address.Port));
                cluster.Backends.Log(Namespace, name, () => monitored.Real?.Log ?? monitored.StandIn!.Log);
            }

            monitored._following = monitored.FollowAsync(configuration.ToJsonString());
            return monitored;
        }
        catch
        {
            await monitored.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until what the operator makes now is loaded.</summary>
    public async Task LoadedAsync(CancellationToken cancellationToken)
    {
        var wanted = Read().ToJsonString();
        while (_loaded != wanted)
        {
            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
            wanted = Read().ToJsonString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (StandIn is not null)
        {
            await StandIn.DisposeAsync().ConfigureAwait(false);
        }

        if (Real is not null)
        {
            await Real.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private volatile string _loaded = "";

    private JsonObject Read() => new AlertmanagerFiles(_cluster).For(Namespace, Name)
        ?? JsonNode.Parse("""{"route":{"receiver":"null"},"receivers":[{"name":"null"}]}""")!.AsObject();

    private async Task FollowAsync(string configuration)
    {
        _loaded = configuration;
        while (true)
        {
            var seen = _cluster.Revision;
            var wanted = Read();
            if (wanted.ToJsonString() is var text && text != _loaded)
            {
                if (Real is not null)
                {
                    HasRefused |= !await Real.LoadAsync(text, _stop.Token).ConfigureAwait(false);
                }
                else
                {
                    StandIn!.Configuration = wanted;
                }

                _loaded = text;
            }

            await _cluster.ChangedAsync(seen, _stop.Token).ConfigureAwait(false);
        }
    }
}
