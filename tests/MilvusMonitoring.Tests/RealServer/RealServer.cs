using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests;

/// <summary>A real Kubernetes, started by the first test that asks for it and ended with the run.</summary>
public abstract class RealServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _release;
    private readonly Lazy<string> _releaseWithoutDefinitions;
    private readonly KubernetesProgram _program;
    private Task<KubeApiServer>? _server;

    private protected RealServer(KubernetesProgram program)
    {
        _program = program;
        _release = new(() => ServerStage.CopyRelease(_folder.PathOf("manifests"), withDefinitions: true));
        _releaseWithoutDefinitions = new(() => ServerStage.CopyRelease(_folder.PathOf("without-definitions"), withDefinitions: false));
    }

    /// <summary>Whether somebody else's cluster stands in for a server that the tests start.</summary>
    public virtual bool IsGiven => false;

    /// <summary>Whether pods run there, of the image <c>web:local</c> at least.</summary>
    public virtual bool RunsPods => false;

    /// <summary>The folder of the small manifests that every server takes.</summary>
    public string Release => _release.Value;

    /// <summary>The folder of the small manifests without their CRDs, for a server that keeps these.</summary>
    public string ReleaseWithoutDefinitions => _releaseWithoutDefinitions.Value;

    /// <summary>What of monitoring the last story left for the next: each change to a CRD costs a server a second of CPU.</summary>
    internal StartingPoint Left { get; set; }

    /// <summary>An administrator's kubeconfig for the cluster that stories play on; skips the test where none can be had.</summary>
    public virtual Task<string> GetAnyKubeconfigAsync() => GetKubeconfigAsync();

    /// <summary>An administrator's kubeconfig for the server; skips the test where no server can be had.</summary>
    public async Task<string> GetKubeconfigAsync() => (await GetAsync()).Kubeconfig;

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsCompletedSuccessfully: true })
        {
            await (await _server).DisposeAsync();
        }

        _starting.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The server; skips the test where none can be had. A start that failed is not tried again: it fails each test.</summary>
    private protected async Task<KubeApiServer> GetAsync()
    {
        Assert.SkipUnless(_program.Missing is null, _program.Missing ?? "");
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return await (_server ??= KubeApiServer.StartAsync(_program, TestContext.Current.CancellationToken));
        }
        catch (NotSupportedException error)
        {
            Assert.Skip(error.Message);
            throw;
        }
        finally
        {
            _starting.Release();
        }
    }
}
