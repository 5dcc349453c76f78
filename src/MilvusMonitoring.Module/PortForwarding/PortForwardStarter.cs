using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Starts port-forwards and remembers them.</summary>
internal sealed class PortForwardStarter(ClusterClient client, PortForwardRegistry registry, Func<ForwardLog, ClusterConnection> connect)
{
    /// <summary>Finds what to forward to, by reading only.</summary>
    /// <exception cref="MonitoringException">There is no such Service, or none that can be forwarded to.</exception>
    public async Task<ServiceTarget> FindAsync(ForwardRequest request, CancellationToken cancellationToken) =>
        await ServiceTarget.FindAsync(client, request.Namespace, request.Service, request.Port, cancellationToken).ConfigureAwait(false)
            ?? throw await NoServiceAsync(request, cancellationToken).ConfigureAwait(false);

    /// <summary>Starts one, or finds the same one at work already.</summary>
    /// <returns>The port-forward, and whether it is new.</returns>
    /// <exception cref="MonitoringException">No ready pod in time, no permission, or the local port is in use.</exception>
    public async Task<(MonitoringPortForward Forward, bool IsNew)> StartAsync(
        ForwardRequest request,
        ServiceTarget target,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var localPort = request.LocalPort ?? target.Port.Number;
        if (localPort != 0 && Same(target, localPort) is { } running)
        {
            return (running, false);
        }

        var listener = Listen(request, localPort);
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

    private LocalListener Listen(ForwardRequest request, int localPort)
    {
        try
        {
            return LocalListener.Start(request.Addresses, localPort);
        }
        catch (MonitoringException exception)
            when (exception.ErrorId == ErrorId.PortNotAvailable
                && registry.All.FirstOrDefault(running => running.LocalPort == localPort) is { } own)
        {
            throw new MonitoringException(
                ErrorId.PortNotAvailable,
                $"Cannot listen on port {localPort}: port-forward {own.Id} of this session has it, for Service/{own.Namespace}/{own.Service}",
                $"end that with Stop-MonitoringPortForward -Id {own.Id}, or give another -LocalPort, 0 for any free one",
                exception.Target,
                exception);
        }
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

    private MonitoringPortForward? Same(ServiceTarget target, int localPort) =>
        registry.All.FirstOrDefault(running =>
            running.LocalPort == localPort
            && running.Service == target.Service
            && running.Namespace == target.Namespace
            && running.Port == target.Port.Number
            && running.Context == client.Connection.Context
            && running.Kubeconfig == client.Connection.Kubeconfig
            && running.State is not (PortForwardState.Stopped or PortForwardState.Failed));

    private async Task<MonitoringException> NoServiceAsync(ForwardRequest request, CancellationToken cancellationToken)
    {
        var id = $"Service/{request.Namespace}/{request.Service}";
        var names = await client
            .ListMetadataAsync(ResourceType.Service, request.Namespace, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var remedy = KnownService.All.Any(known => known.Service == request.Service)
            ? "run Install-KubePrometheus first, or give the stack's -Namespace"
            : NameSuggestions.Describe(request.Service, names.Select(service => service.Name));
        return new MonitoringException(ErrorId.ObjectNotFound, $"{id} is not on {client.Connection.Context}", remedy, id);
    }
}
