using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>
/// A credential that an exec plugin gives: asked for at the first request, kept until shortly before it ends, and one run for all who wait.
/// </summary>
internal sealed class ExecCredentialSource : ICredentialSource
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(1);

    private readonly ExecCredentialPlugin _plugin;
    private readonly KubeconfigUser _user;
    private readonly ClientIdentity? _identity;
    private readonly TimeProvider _time;
    private readonly object _lock = new();
    private readonly List<ClientIdentity> _given = [];
    private Run? _run;
    private ClusterCredential? _credential;
    private DateTimeOffset _goodUntil;

    /// <summary>Prepares the source; the plugin is not run yet.</summary>
    /// <param name="settings">The cluster and the user.</param>
    /// <param name="identity">A client certificate from the kubeconfig, which wins over the plugin's; taken over.</param>
    /// <param name="limit">How long the plugin may run.</param>
    /// <param name="time">The clock.</param>
    public ExecCredentialSource(ClusterSettings settings, ClientIdentity? identity, TimeSpan limit, TimeProvider time)
    {
        _plugin = new ExecCredentialPlugin(settings, limit);
        _user = settings.User;
        _identity = identity;
        _time = time;
    }

    /// <inheritdoc />
    public async ValueTask<ClusterCredential> GetAsync(CancellationToken cancellationToken)
    {
        Run run;
        lock (_lock)
        {
            if (_credential is { } known && _time.GetUtcNow() < _goodUntil)
            {
                return known;
            }

            run = _run ??= new Run(RunPluginAsync);
            run.Waiters++;
        }

        try
        {
            return await run.Credential.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave(run);
        }
    }

    /// <inheritdoc />
    public async ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Of many requests that were refused at once only the first has the plugin run again.
            if (ReferenceEquals(_credential, rejected))
            {
                _credential = null;
            }
        }

        return await GetAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _run?.Cancel();
            _run = null;
            _given.ForEach(identity => identity.Dispose());
            _identity?.Dispose();
        }
    }

    private async Task<ClusterCredential> RunPluginAsync(Run run, CancellationToken cancellationToken)
    {
        try
        {
            var given = await _plugin.RunAsync(cancellationToken).ConfigureAwait(false);
            var credential = Credential(given);
            lock (_lock)
            {
                _credential = credential;
                _goodUntil = GoodUntil(given.Expires);
            }

            return credential;
        }
        finally
        {
            lock (_lock)
            {
                if (ReferenceEquals(_run, run))
                {
                    _run = null;
                }
            }
        }
    }

    private ClusterCredential Credential(ExecCredential given)
    {
        try
        {
            var identity = _identity;
            if (identity is null && given.Certificate is not null)
            {
                identity = PemFiles.ReadIdentity(ExecCredential.Data(given.Certificate), ExecCredential.Data(given.Key!), "the plugin");
                lock (_lock)
                {
                    _given.Add(identity);
                }
            }

            return new ClusterCredential(given.Token is null ? null : ClusterCredential.Bearer(given.Token, "the plugin"), identity);
        }
        catch (MonitoringException exception)
        {
            throw _plugin.Failed(
                "gave a token or client certificate that cannot be used",
                "run it by hand to see what it prints",
                exception);
        }
    }

    private DateTimeOffset GoodUntil(DateTimeOffset? expires)
    {
        if (expires is not { } end)
        {
            return DateTimeOffset.MaxValue;
        }

        var margin = (end - _time.GetUtcNow()) / 10;
        return end - (margin < LongestMargin ? margin : LongestMargin);
    }

    private void Leave(Run run)
    {
        lock (_lock)
        {
            if (--run.Waiters > 0 || run.Credential.IsCompleted)
            {
                return;
            }

            // Nobody wants it any more.
            run.Cancel();
            if (ReferenceEquals(_run, run))
            {
                _run = null;
            }
        }
    }

    // One run of the plugin, for everyone who waits. Its cancellation source has no timer and no registration left once it is over: nothing
    // to dispose of.
    private sealed class Run
    {
        public Run(Func<Run, CancellationToken, Task<ClusterCredential>> start)
        {
            var cancellation = new CancellationTokenSource();
            Cancel = cancellation.Cancel;
            Credential = Task.Run(() => start(this, cancellation.Token));
        }

        public Action Cancel { get; }

        public Task<ClusterCredential> Credential { get; }

        public int Waiters { get; set; }
    }
}
