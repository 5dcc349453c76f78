[assembly: AssemblyFixture(typeof(MilvusMonitoring.Tests.RealApiServer))]

namespace MilvusMonitoring.Tests;

/// <summary>A real kube-apiserver, started by the first test that asks for it and ended with the run.</summary>
/// <remarks>Tests that share it belong to the collection <see cref="Collection"/>, so that they take turns.</remarks>
public sealed class RealApiServer : IAsyncDisposable
{
    /// <summary>The collection of the tests that use the server.</summary>
    public const string Collection = "A real API server";

    /// <summary>Whether somebody else's cluster stands in for a server that the tests start; that one runs no controllers.</summary>
    public static bool IsGiven => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(GivenCluster.Variable));

    private readonly SemaphoreSlim _starting = new(1, 1);
    private KubeApiServer? _server;

    /// <summary>An administrator's kubeconfig for the cluster that <c>KUBECONFIG_TEST</c> names, else for the server; skips the test where neither can be had.</summary>
    public async Task<string> GetAnyKubeconfigAsync() => GivenCluster.Kubeconfig() ?? await GetKubeconfigAsync();

    /// <summary>An administrator's kubeconfig for the server; skips the test where no server can be had.</summary>
    public async Task<string> GetKubeconfigAsync()
    {
        Assert.SkipUnless(KubeApiServer.Missing is null, KubeApiServer.Missing ?? "");
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _server ??= await KubeApiServer.StartAsync(TestContext.Current.CancellationToken);
            return _server.Kubeconfig;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _starting.Dispose();
    }
}
