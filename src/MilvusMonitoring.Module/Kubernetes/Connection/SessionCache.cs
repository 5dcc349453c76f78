using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>
/// Keeps the way to a cluster open for a moment after a command, for the next one: the commands of a pipeline or a script need not each
/// shake hands with the server and have the exec plugin run.
/// </summary>
internal sealed class SessionCache : IDisposable
{
    private readonly TimeSpan _keepFor;
    private readonly TimeProvider _time;
    private readonly object _lock = new();
    private readonly Dictionary<string, Kept> _channels = new(StringComparer.Ordinal);

    /// <summary>Begins empty.</summary>
    /// <param name="keepFor">How long a way that nobody uses is kept.</param>
    /// <param name="time">The clock.</param>
    public SessionCache(TimeSpan keepFor, TimeProvider time)
    {
        _keepFor = keepFor;
        _time = time;
    }

    /// <summary>Those of this process: short enough that a network that changed in between is seldom met.</summary>
    public static SessionCache Shared { get; } = new(TimeSpan.FromSeconds(30), TimeProvider.System);

    /// <summary>Takes the way that the settings describe, one that lies there or a new one.</summary>
    /// <param name="settings">The cluster and the user.</param>
    /// <param name="proxy">The proxy that leads to it, if any.</param>
    /// <returns>The way, and what gives it back.</returns>
    public (ClusterSession Channel, Action GiveBack) GetOrCreate(ClusterSettings settings, Uri? proxy)
    {
        var key = SessionKey.Compute(settings, proxy);
        lock (_lock)
        {
            if (!_channels.TryGetValue(key, out var kept))
            {
                kept = new Kept(new ClusterSession(settings, proxy, _time));
                _channels.Add(key, kept);
            }

            kept.Users++;
            kept.Ending?.Dispose();
            kept.Ending = null;
            return (kept.Channel, () => GiveBack(key, kept));
        }
    }

    /// <summary>Closes what nobody uses now; the rest closes as it is given back.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (key, kept) in _channels.ToList())
            {
                _channels.Remove(key);
                if (kept.Users == 0)
                {
                    kept.Dispose();
                }
            }
        }
    }

    private void GiveBack(string key, Kept kept)
    {
        lock (_lock)
        {
            if (--kept.Users > 0)
            {
                return;
            }

            if (_channels.GetValueOrDefault(key) == kept)
            {
                kept.Ending = _time.CreateTimer(_ => End(key, kept), null, _keepFor, Timeout.InfiniteTimeSpan);
            }
            else
            {
                kept.Dispose();
            }
        }
    }

    private void End(string key, Kept kept)
    {
        lock (_lock)
        {
            if (kept.Users == 0 && _channels.GetValueOrDefault(key) == kept)
            {
                _channels.Remove(key);
                kept.Dispose();
            }
        }
    }

    private sealed class Kept(ClusterSession channel) : IDisposable
    {
        public ClusterSession Channel => channel;

        public int Users { get; set; }

        public ITimer? Ending { get; set; }

        public void Dispose()
        {
            Ending?.Dispose();
            channel.Dispose();
        }
    }
}
