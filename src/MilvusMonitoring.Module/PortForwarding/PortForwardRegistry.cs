using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace MilvusMonitoring.PortForwarding;

/// <summary>The port-forwards of one runspace, which end with the runspace.</summary>
internal sealed class PortForwardRegistry
{
    private static readonly ConditionalWeakTable<Runspace, PortForwardRegistry> Registries = [];

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
    public IReadOnlyList<MonitoringPortForward> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _forwards.Select(forward => forward.Shown)];
            }
        }
    }

    public int NextId() => Interlocked.Increment(ref _lastId);

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
        PortForwarder worker;
        lock (_gate)
        {
            var index = _forwards.FindIndex(forward => ReferenceEquals(forward.Shown, shown));
            if (index < 0)
            {
                return;
            }

            worker = _forwards[index].Worker;
            _forwards.RemoveAt(index);
        }

        await worker.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Frees all ports at once, when nobody can wait for the rest of the work.</summary>
    public void CloseAll()
    {
        lock (_gate)
        {
            _forwards.ForEach(forward => forward.Worker.Close());
            _forwards.Clear();
        }
    }
}
