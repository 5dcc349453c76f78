using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedCluster.Monitoring;

/// <summary>A small HTTP server on a free port of 127.0.0.1.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LoopbackServer(WebApplication application) => _application = application;

    public Uri Address =>
        new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static Task<LoopbackServer> StartAsync(RequestDelegate handle, CancellationToken cancellationToken) =>
        StartAsync(handle, null, cancellationToken);

    /// <summary>Starts a server with TLS if it is given a certificate.</summary>
    public static async Task<LoopbackServer> StartAsync(
        RequestDelegate handle,
        X509Certificate2? certificate,
        CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        var application = builder.Build();
        application.Run(handle);
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        return new(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
