using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>
/// Keeps a session open for a short time after a command. The commands of a pipeline or a script then share one TLS handshake and one run
/// of the exec plugin.
/// </summary>
/// <param name="keepFor">How long an unused session stays open.</param>
internal sealed class SessionCache(TimeSpan keepFor, TimeProvider time) : IDisposable
{
    private readonly object _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The sessions of this process. The time is short enough that the network seldom changes within it.</summary>
    public static SessionCache Shared { get; } = new(TimeSpan.FromSeconds(30), TimeProvider.System);

    /// <summary>Gets the cached session for these settings, or creates it.</summary>
    /// <param name="proxy">The proxy on the way to the server, if any.</param>
    /// <returns>The session, and the action that returns it to the cache.</returns>
    public (ClusterSession Session, Action Return) GetOrCreate(ClusterSettings settings, Uri? proxy)
    {
        var key = SessionKey.Compute(settings, proxy);
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                entry = new Entry(new ClusterSession(settings, proxy, time));
                _entries.Add(key, entry);
            }

            entry.Users++;
            entry.Expiry?.Dispose();
            entry.Expiry = null;
            return (entry.Session, () => Return(key, entry));
        }
    }

    /// <summary>Closes the unused sessions. Each of the others closes when its last user returns it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (key, entry) in _entries.ToList())
            {
                _entries.Remove(key);
                if (entry.Users == 0)
                {
                    entry.Dispose();
                }
            }
        }
    }

    private void Return(string key, Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Users > 0)
            {
                return;
            }

            if (_entries.GetValueOrDefault(key) == entry)
            {
                entry.Expiry = time.CreateTimer(_ => Expire(key, entry), null, keepFor, Timeout.InfiniteTimeSpan);
            }
            else
            {
                entry.Dispose();
            }
        }
    }

    private void Expire(string key, Entry entry)
    {
        lock (_lock)
        {
            if (entry.Users == 0 && _entries.GetValueOrDefault(key) == entry)
            {
                _entries.Remove(key);
                entry.Dispose();
            }
        }
    }

    private sealed class Entry(ClusterSession session) : IDisposable
    {
        public ClusterSession Session => session;

        public int Users { get; set; }

        public ITimer? Expiry { get; set; }

        public void Dispose()
        {
            Expiry?.Dispose();
            session.Dispose();
        }
    }
}
