using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Starts port-forwards and remembers them.</summary>
internal sealed class PortForwardStarter(ClusterClient client, PortForwardRegistry registry, Func<ForwardLog, ClusterConnection> connect)
{
    /// <summary>Starts one, or finds the same one at work already.</summary>
    /// <returns>The port-forward, and whether it is new.</returns>
    /// <exception cref="MonitoringException">No such Service, no ready pod in time, no permission, or the local port is in use.</exception>
    public async Task<(MonitoringPortForward Forward, bool IsNew)> StartAsync(ForwardRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var target = await ServiceTarget.FindAsync(client, request.Namespace, request.Service, request.Port, cancellationToken).ConfigureAwait(false)
            ?? throw await NoServiceAsync(request, cancellationToken).ConfigureAwait(false);
        var localPort = request.LocalPort ?? target.Port.Number;
        if (localPort != 0 && Same(target, localPort) is { } running)
        {
            return (running, false);
        }

        var listener = LocalListener.Start(request.Addresses, localPort);
        var meter = new PortForwardMeter();
        ClusterConnection? connection = null;
        PortForwarder? worker = null;
        try
        {
            connection = connect(new ForwardLog(meter));
            worker = new PortForwarder(connection, target, listener, meter);
            await worker.StartAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (worker is not null)
            {
                await worker.DisposeAsync().ConfigureAwait(false);
            }

            listener.Dispose();
            connection?.Dispose();
            throw;
        }

        var shown = Show(target, listener, meter);
        registry.Add(shown, worker);
        return (shown, true);
    }

    private MonitoringPortForward Show(ServiceTarget target, LocalListener listener, PortForwardMeter meter) => new(meter)
    {
        Id = registry.NextId(),
        Service = target.Service,
        Namespace = target.Namespace,
        Port = target.Port.Number,
        LocalPort = listener.Port,
        Address = [.. listener.Addresses.Select(address => address.ToString())],
        Url = UrlOf(listener, target.Port),
        StartedAt = DateTimeOffset.UtcNow,
        Context = client.Connection.Context,
        Kubeconfig = client.Connection.Kubeconfig,
    };

    private static Uri UrlOf(LocalListener listener, ServicePort port)
    {
        var address = listener.Addresses[0];
        var host = IPAddress.IsLoopback(address) && listener.Addresses.Count == LocalListener.Loopback.Count ? "localhost"
            : address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? "localhost"
            : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return new Uri($"{(port.IsTls ? "https" : "http")}://{host}:{listener.Port}/");
    }

    private MonitoringPortForward? Same(ServiceTarget target, int localPort) => registry.All.FirstOrDefault(running =>
        running.LocalPort == localPort && running.Service == target.Service && running.Namespace == target.Namespace && running.Port == target.Port.Number
        && running.Context == client.Connection.Context && running.Kubeconfig == client.Connection.Kubeconfig
        && running.State is not (PortForwardState.Stopped or PortForwardState.Failed));

    private async Task<MonitoringException> NoServiceAsync(ForwardRequest request, CancellationToken cancellationToken)
    {
        var id = $"Service/{request.Namespace}/{request.Service}";
        var names = await client.ListMetadataAsync(MilvusTypes.Service, request.Namespace, string.Empty, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var remedy = KnownService.All.Any(known => known.Service == request.Service)
            ? "run Install-KubePrometheus first, or give the stack's -Namespace"
            : NearNames.Describe(request.Service, names.Select(service => service.Name));
        return new MonitoringException(ErrorId.ObjectNotFound, $"{id} is not on {client.Connection.Context}; {remedy}.", id);
    }
}
