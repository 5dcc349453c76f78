using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>
/// The credential of an exec plugin. The plugin runs at the first request. The credential is kept until shortly before it expires, and
/// parallel requests share one run.
/// </summary>
internal sealed class ExecCredentialSource : ICredentialSource
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(1);

    private readonly ExecCredentialPlugin _plugin;
    private readonly TimeProvider _time;
    private readonly object _lock = new();
    private readonly List<ClientIdentity> _identities = [];
    private Run? _run;
    private ClusterCredential? _credential;
    private DateTimeOffset _goodUntil;

    /// <summary>Creates the source. The plugin does not run yet.</summary>
    /// <param name="limit">The time limit of the plugin.</param>
    public ExecCredentialSource(ClusterSettings settings, TimeSpan limit, TimeProvider time)
    {
        _plugin = new ExecCredentialPlugin(settings, limit);
        _time = time;
    }

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

    public async ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // If many parallel requests were rejected, only the first one runs the plugin again.
            if (ReferenceEquals(_credential, rejected))
            {
                _credential = null;
            }
        }

        return await GetAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _run?.Cancel();
            _run = null;
            _identities.ForEach(identity => identity.Dispose());
        }
    }

    private async Task<ClusterCredential> RunPluginAsync(Run run, CancellationToken cancellationToken)
    {
        try
        {
            var printed = await _plugin.RunAsync(cancellationToken).ConfigureAwait(false);
            var credential = CreateCredential(printed);
            lock (_lock)
            {
                _credential = credential;
                _goodUntil = ComputeGoodUntil(printed.Expires);
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

    private ClusterCredential CreateCredential(ExecCredential printed)
    {
        try
        {
            ClientIdentity? identity = null;
            if (printed.Certificate is not null)
            {
                var (certificate, key) = (ExecCredential.ToData(printed.Certificate), ExecCredential.ToData(printed.Key!));
                identity = PemFiles.ReadIdentity(certificate, key, "the plugin");
                lock (_lock)
                {
                    _identities.Add(identity);
                }
            }

            var header = printed.Token is null ? null : ClusterCredential.CreateBearer(printed.Token, "the plugin");
            return new ClusterCredential(header, identity);
        }
        catch (MonitoringException exception)
        {
            throw _plugin.CreateFailed(
                "printed a token or client certificate that cannot be used",
                "run it by hand to see what it prints",
                exception);
        }
    }

    private DateTimeOffset ComputeGoodUntil(DateTimeOffset? expires)
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

            // No request waits for this run any more.
            run.Cancel();
            if (ReferenceEquals(_run, run))
            {
                _run = null;
            }
        }
    }

    // One run of the plugin, for all requests that wait. After the run its cancellation source has no timer and no registration, so that
    // nothing needs to be disposed of.
    private sealed class Run
    {
        public Run(Func<Run, CancellationToken, Task<ClusterCredential>> start)
        {
            var cancellation = new CancellationTokenSource();
            Cancel = cancellation.Cancel;
            Credential = Task.Run(() => start(this, cancellation.Token));
            Credential.ObserveError();
        }

        public Action Cancel { get; }

        public Task<ClusterCredential> Credential { get; }

        public int Waiters { get; set; }
    }
}
