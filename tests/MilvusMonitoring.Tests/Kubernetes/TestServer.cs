using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>A real HTTPS server on loopback that answers as a test says and keeps what it was asked.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<TestRequest> _requests = new();

    private TestServer(WebApplication application, RequestDelegate answer)
    {
        _application = application;
        application.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            _requests.Enqueue(new TestRequest(context, body.ToArray()));
            await answer(context);
        });
    }

    public int Port { get; private set; }

    public IReadOnlyList<TestRequest> Requests => [.. _requests];

    public static async Task<TestServer> StartAsync(
        X509Certificate2? certificate,
        RequestDelegate answer,
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2,
        int port = 0,
        X509Certificate2Collection? chain = null,
        IPAddress? address = null,
        Action<string?>? seeServerName = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(options => options.Listen(address ?? IPAddress.Loopback, port, listen =>
                {
                    listen.Protocols = protocols;
                    if (certificate is not null)
                    {
                        listen.UseHttps(https =>
                        {
                            https.ServerCertificate = certificate;
                            https.ServerCertificateChain = chain;
                            if (seeServerName is not null)
                            {
                                https.ServerCertificateSelector = (_, name) =>
                                {
                                    seeServerName(name);
                                    return certificate;
                                };
                            }

                            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                            https.AllowAnyClientCertificate();
                        });
                    }
                }));
        var server = new TestServer(builder.Build(), answer);
        await server._application.StartAsync();
        server.Port = new Uri(server._application.Urls.First()).Port;
        return server;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}

/// <summary>What a server was asked.</summary>
internal sealed record TestRequest
{
    public TestRequest(HttpContext context, byte[] body)
    {
        Method = context.Request.Method;
        Path = context.Request.Path + context.Request.QueryString;
        Protocol = context.Request.Protocol;
        Headers = context.Request.Headers.ToDictionary(
            header => header.Key,
            header => string.Join("|", header.Value.ToArray()),
            StringComparer.OrdinalIgnoreCase);
        ClientCertificate = context.Connection.ClientCertificate?.Subject;
        Body = body;
    }

    public string Method { get; }

    public string Path { get; }

    public string Protocol { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    public string? ClientCertificate { get; }

    public byte[] Body { get; }
}
