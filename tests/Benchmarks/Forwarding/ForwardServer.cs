using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Forwarding;

/// <summary>
/// As a child process: the embedded cluster with one pod, whose port leads to a web server, and the costs of a real way to a pod.
/// </summary>
internal static class ForwardServer
{
    public const string Argument = "--forward-server";
    public const string Service = "web";
    public const int Port = 80;
    public const string SmallPath = "/small";
    public const string LargePath = "/large/";

    /// <summary>So that a bare WebSocket a connection takes the 10 ms that it took on a real node.</summary>
    private static readonly ForwardOptions s_costs = new()
    {
        SocketWork = TimeSpan.FromMilliseconds(1),
        SocketDelay = TimeSpan.FromMilliseconds(4),
        DialDelay = TimeSpan.FromMilliseconds(1),
    };

    /// <summary>Serves until the parent closes the input; says first where the kubeconfig and the web server are.</summary>
    public static async Task<int> RunAsync()
    {
        using var folder = new TemporaryFolder();
        await using var site = await StartSiteAsync();
        await using var cluster = await Cluster.StartAsync(new ClusterOptions { Forward = s_costs });
        var port = new Uri(site.Urls.First()).Port;
        cluster.Backends.Serve("default", string.Empty, Port, new IPEndPoint(IPAddress.Loopback, port));
        cluster.Put(
            Json(
                """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"protocol":"TCP"}]}}"""
            ));
        cluster.Put(
            Json(
                """{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web","namespace":"default"},"spec":{"replicas":1,"serviceName":"web","selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web"}]}}}}"""
            ));
        var kubeconfig = Path.Combine(folder.Path, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, cluster.CreateKubeconfig());
        Console.Out.WriteLine($"{port.ToString(CultureInfo.InvariantCulture)} {kubeconfig}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static async Task<WebApplication> StartSiteAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var application = builder.Build();
        application.MapGet(SmallPath, (HttpContext context) =>
        {
            context.Response.ContentLength = 100;
            return context.Response.Body.WriteAsync(new byte[100]).AsTask();
        });
        application.MapGet(LargePath + "{count:long}", async (long count, HttpContext context) =>
        {
            context.Response.ContentLength = count;
            var piece = new byte[64 << 10];
            for (; count > 0; count -= piece.Length)
            {
                await context.Response.Body.WriteAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, count)), context.RequestAborted);
            }
        });
        await application.StartAsync();
        return application;
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
