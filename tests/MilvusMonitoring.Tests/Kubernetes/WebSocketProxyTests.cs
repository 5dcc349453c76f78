using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>A port-forward through a proxy that does not know WebSockets.</summary>
public sealed class WebSocketProxyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(200, "text/html", "<html></html>", "does not support WebSockets")]
    [InlineData(400, "text/plain", "Bad Request", "does not pass WebSockets on, and answers 400")]
    [InlineData(426, "text/plain", "", "does not pass WebSockets on, and answers 426")]
    [InlineData(502, "text/html", "<html><title>502 Bad Gateway</title></html>", "does not pass WebSockets on, and answers 502")]
    [InlineData(501, "", "", "does not pass WebSockets on, and answers 501")]
    public async Task A_proxy_without_WebSockets_is_named(int status, string type, string body, string expected)
    {
        await using var server = await TestServer.StartAsync(
            null,
            context =>
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = type;
                return context.Response.WriteAsync(body);
            },
            HttpProtocols.Http1);
        using var connection = TestKubeconfig.Open(_folder, TestKubeconfig.Text($"server: 'http://127.0.0.1:{server.Port}'"));

        var error = await Assert.ThrowsAsync<MonitoringException>(() => new ClusterClient(connection).OpenWebSocketAsync(
            "/portforward",
            "v4.channel.k8s.io",
            "forward to Pod/a/b",
            "Pod/a/b",
            retry: false,
            TestContext.Current.CancellationToken));

        Assert.Equal(ErrorId.ResponseInvalid, error.ErrorId);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("proxy", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
