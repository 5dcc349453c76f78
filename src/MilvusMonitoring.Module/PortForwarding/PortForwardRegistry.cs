using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace MilvusMonitoring.PortForwarding;

/// <summary>The port-forwards of one runspace. They end with it.</summary>
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

    /// <summary>The port-forwards of the runspace that runs on this thread.</summary>
    public static PortForwardRegistry ForRunspace() =>
        Registries.GetValue(Runspace.DefaultRunspace, static runspace => new PortForwardRegistry(runspace));

    /// <summary>
    /// All of them, the oldest first; those that have ended stay until they are stopped, so that their last error can be seen.
    /// </summary>
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

    /// <summary>The number for the next one.</summary>
    public int NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Remembers one.</summary>
    public void Add(MonitoringPortForward shown, PortForwarder worker)
    {
        lock (_gate)
        {
            _forwards.Add((shown, worker));
        }
    }

    /// <summary>Stops one and forgets it; nothing of it is left when this ends.</summary>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> StopAsync(MonitoringPortForward shown)
    {
        PortForwarder? worker;
        lock (_gate)
        {
            var index = _forwards.FindIndex(forward => ReferenceEquals(forward.Shown, shown));
            worker = index < 0 ? null : _forwards[index].Worker;
            if (index >= 0)
            {
                _forwards.RemoveAt(index);
            }
        }

        if (worker is not null)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
        }

        return worker is not null;
    }

    /// <summary>Frees all ports at once, where nobody can wait for the rest.</summary>
    public void CloseAll()
    {
        lock (_gate)
        {
            _forwards.ForEach(forward => forward.Worker.Close());
            _forwards.Clear();
        }
    }
}
