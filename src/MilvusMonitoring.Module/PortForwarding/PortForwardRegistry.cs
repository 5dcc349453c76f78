using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace MilvusMonitoring.PortForwarding;

/// <summary>
/// The port-forwards that a runspace has started, which end with it. Every runspace of the process sees and may stop those of all others,
/// unless the host keeps them apart.
/// </summary>
internal sealed class PortForwardRegistry
{
    /// <summary>
    /// The switch of <see cref="AppContext"/> by which a host that runs scripts of several users keeps their runspaces apart.
    /// </summary>
    private const string KeptApart = "MilvusMonitoring.KeepRunspacesApart";

    private static readonly ConditionalWeakTable<Runspace, PortForwardRegistry> Registries = [];
    private static int s_lastId;

    private readonly object _gate = new();
    private readonly List<(MonitoringPortForward Shown, PortForwarder Worker)> _forwards = [];
    private int _lastId;

    private PortForwardRegistry(Runspace runspace) => runspace.StateChanged += (_, change) =>
    {
        if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
        {
            CloseAll();
        }
    };

    /// <summary>The registry of the runspace that runs on this thread.</summary>
    public static PortForwardRegistry ForRunspace() =>
        Registries.GetValue(Runspace.DefaultRunspace, static runspace => new PortForwardRegistry(runspace));

    /// <summary>All port-forwards, the oldest first. A failed one stays until it is stopped, so that its last error can be read.</summary>
    public IReadOnlyList<MonitoringPortForward> All =>
        [.. Visible.SelectMany(registry => registry.ListOwn()).OrderBy(forward => forward.Id)];

    private static bool AreKeptApart => AppContext.TryGetSwitch(KeptApart, out var areKeptApart) && areKeptApart;

    private IEnumerable<PortForwardRegistry> Visible => AreKeptApart ? [this] : Registries.Select(pair => pair.Value);

    public int NextId() => AreKeptApart ? Interlocked.Increment(ref _lastId) : Interlocked.Increment(ref s_lastId);

    public void Add(MonitoringPortForward shown, PortForwarder worker)
    {
        lock (_gate)
        {
            _forwards.Add((shown, worker));
        }
    }

    /// <summary>Stops a port-forward and removes it; returns after its last connection is closed.</summary>
    public async Task StopAsync(MonitoringPortForward shown)
    {
        if (Visible.Select(registry => registry.Remove(shown)).FirstOrDefault(worker => worker is not null) is { } found)
        {
            await found.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Frees all ports of the runspace at once, when nobody can wait for the rest of the work.</summary>
    public void CloseAll()
    {
        lock (_gate)
        {
            _forwards.ForEach(forward => forward.Worker.Close());
            _forwards.Clear();
        }
    }

    private List<MonitoringPortForward> ListOwn()
    {
        lock (_gate)
        {
            return [.. _forwards.Select(forward => forward.Shown)];
        }
    }

    private PortForwarder? Remove(MonitoringPortForward shown)
    {
        lock (_gate)
        {
            var index = _forwards.FindIndex(forward => ReferenceEquals(forward.Shown, shown));
            if (index < 0)
            {
                return null;
            }

            var worker = _forwards[index].Worker;
            _forwards.RemoveAt(index);
            return worker;
        }
    }
}
