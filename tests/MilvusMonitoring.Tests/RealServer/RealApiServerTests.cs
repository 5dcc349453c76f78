using k8s;

namespace MilvusMonitoring.Tests;

/// <summary>The fixture itself.</summary>
[Collection(RealApiServer.Collection)]
public sealed class RealApiServerTests(RealApiServer server)
{
    [Fact]
    public async Task The_server_that_was_started_answers_on_loopback()
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(await server.GetKubeconfigAsync());
        using var client = new k8s.Kubernetes(configuration);
        var version = await client.Version.GetCodeAsync(TestContext.Current.CancellationToken);

        Assert.Equal("127.0.0.1", new Uri(configuration.Host).Host);
        Assert.StartsWith("v1.", version.GitVersion, StringComparison.Ordinal);
    }
}
