using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Starts port-forwards: first the plan, by reading only; then, if the user agrees, the work.</summary>
/// <param name="client">Reads the Service.</param>
/// <param name="sink">Shows progress and warnings.</param>
/// <param name="group">Collects the port-forwards of the command.</param>
/// <param name="cluster">The cluster; each port-forward opens a connection of its own, because a port-forward outlives the command.</param>
internal sealed class PortForwardOperation(ClusterClient client, IActivitySink sink, PortForwardGroup group, ClusterTarget cluster)
{
    /// <summary>Finds the Service and its port.</summary>
    /// <exception cref="MonitoringException">There is no such Service, or the Service cannot be forwarded to.</exception>
    public async Task<PortForwardPlan> PlanAsync(ForwardRequest request, CancellationToken cancellationToken)
    {
        var target = request.Known is { } known
            ? await new KnownServiceFinder(client).FindAsync(request, known, cancellationToken).ConfigureAwait(false)
            : await ServiceTarget
                .FindAsync(client, request.Namespace, request.Service, request.Port, cancellationToken).ConfigureAwait(false);
        return target is null
            ? throw await DescribeMissingServiceAsync(request, cancellationToken).ConfigureAwait(false)
            : new PortForwardPlan(request, target, $"{target} on {client.Connection.Context}");
    }

    /// <summary>Starts the port-forward, or finds the same one at work.</summary>
    /// <exception cref="MonitoringException">No pod became ready in time, a permission is missing, or the local port is in use.</exception>
    public async Task<MonitoringPortForward> ExecuteAsync(PortForwardPlan plan, TimeSpan timeout, CancellationToken cancellationToken)
    {
        sink.Progress("Starting port-forwards", $"{plan.Request.Namespace}/{plan.Request.Service}", -1);
        var localPort = plan.Request.LocalPort ?? plan.Target.Port.Number;
        var running = localPort == 0 ? null : FindRunning(plan.Target, localPort);
        var forward = running ?? await StartAsync(plan, localPort, timeout, cancellationToken).ConfigureAwait(false);
        group.Add(forward, isNew: running is null);
        if (!plan.Request.Addresses.All(IPAddress.IsLoopback))
        {
            sink.Warning(
                $"Everybody who reaches this machine can now open {forward.Url}: Prometheus and Alertmanager ask for no password, "
                    + "and Grafana's password is admin until somebody changes it.");
        }

        return forward;
    }

    private async Task<MonitoringPortForward> StartAsync(
        PortForwardPlan plan,
        int localPort,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var listener = Listen(plan.Request, localPort);
        var meter = new PortForwardMeter();
        var log = new ForwardLog(meter);
        ClusterConnection? connection = null;
        PortForwarder? worker = null;
        try
        {
            connection = ClusterConnection.Open(cluster, log);
            worker = new PortForwarder(connection, plan.Target, listener, log);
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

        var shown = Show(plan, listener, meter);
        group.Registry.Add(shown, worker);
        return shown;
    }

    private LocalListener Listen(ForwardRequest request, int localPort)
    {
        try
        {
            return LocalListener.Start(request.Addresses, localPort);
        }
        catch (MonitoringException exception)
            when (exception.ErrorId == ErrorId.PortNotAvailable
                && group.Registry.All.FirstOrDefault(running => running.LocalPort == localPort) is { } own)
        {
            throw new MonitoringException(
                ErrorId.PortNotAvailable,
                $"Cannot listen on port {localPort}: port-forward {own.Id} of this process listens there for "
                    + $"Service/{own.Namespace}/{own.Service}",
                $"stop it with Stop-MonitoringPortForward -Id {own.Id}, or give another -LocalPort, 0 for any free port",
                exception.Target,
                exception);
        }
    }

    private MonitoringPortForward Show(PortForwardPlan plan, LocalListener listener, PortForwardMeter meter) => new(meter)
    {
        Id = group.Registry.NextId(),
        Service = plan.Target.Service,
        Title = (plan.Request.Known ?? KnownService.All.FirstOrDefault(known => known.Service == plan.Target.Service))?.Title,
        Namespace = plan.Target.Namespace,
        Port = plan.Target.Port.Number,
        LocalPort = listener.Port,
        Address = [.. listener.Addresses.Select(address => address.ToString())],
        Url = new Uri($"{(plan.Target.Port.IsTls ? "https" : "http")}://{FormatHost(listener.Addresses)}:{listener.Port}/"),
        StartedAt = DateTimeOffset.UtcNow,
        Context = client.Connection.Context,
        Kubeconfig = client.Connection.Kubeconfig,
    };

    private static string FormatHost(IReadOnlyList<IPAddress> addresses)
    {
        var address = addresses[0];
        var isAllOfLoopback = IPAddress.IsLoopback(address) && addresses.Count == LocalListener.Loopback.Count;
        if (isAllOfLoopback || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            return "localhost";
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
    }

    private MonitoringPortForward? FindRunning(ServiceTarget target, int localPort) =>
        group.Registry.All.FirstOrDefault(running =>
            running.LocalPort == localPort
            && running.Service == target.Service
            && running.Namespace == target.Namespace
            && running.Port == target.Port.Number
            && running.Context == client.Connection.Context
            && running.Kubeconfig == client.Connection.Kubeconfig
            && !PortForwardGroup.HasEnded(running));

    private async Task<MonitoringException> DescribeMissingServiceAsync(ForwardRequest request, CancellationToken cancellationToken)
    {
        if (request.Known is { } known)
        {
            var place = request.IsAnywhere ? client.Connection.Context : $"{request.Namespace} on {client.Connection.Context}";
            return new MonitoringException(
                ErrorId.ObjectNotFound,
                $"No Service of {known.Title} is in {place}",
                "give the -Namespace of a stack that Get-MonitoringStack shows, or a -ServiceName; if it shows none, "
                    + "run Install-KubePrometheus",
                $"Service/{request.Namespace}/{request.Service}");
        }

        var id = ResourceType.Service.IdOf(request.Namespace, request.Service).ToString();
        var names = await client
            .ListMetadataAsync(ResourceType.Service, request.Namespace, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var remedy = NameSuggestions.Describe(request.Service, names.Select(service => service.Name));
        return new MonitoringException(ErrorId.ObjectNotFound, $"{id} is not on {client.Connection.Context}", remedy, id);
    }
}

/// <summary>One port-forward to start.</summary>
/// <param name="Request">The parameters.</param>
/// <param name="Target">The Service and its port.</param>
/// <param name="Description">The Service and the context, for the question: <c>Service/monitoring/grafana on my-context</c>.</param>
internal sealed record PortForwardPlan(ForwardRequest Request, ServiceTarget Target, string Description);
