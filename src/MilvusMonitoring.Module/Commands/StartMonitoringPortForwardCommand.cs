using System.Management.Automation;
using System.Net;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Opens local ports that lead to Prometheus and Grafana, or to any Service, through the API server.
/// They work in the background until Stop-MonitoringPortForward or the end of the session, and outlive the pods behind them.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Start,
    "MonitoringPortForward",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    DefaultParameterSetName = KnownSet
)]
[OutputType(typeof(MonitoringPortForward))]
public sealed class StartMonitoringPortForwardCommand : ClusterCommand
{
    private const string KnownSet = "Known";
    private const string NamedSet = "Named";

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromSeconds(30);

    private readonly PortForwardRegistry _registry = PortForwardRegistry.ForRunspace();
    private readonly DateTimeOffset _begun = DateTimeOffset.UtcNow;
    private readonly List<MonitoringPortForward> _shown = [];
    private readonly List<MonitoringPortForward> _started = [];

    /// <summary>
    /// Which services of kube-prometheus: <c>Prometheus</c>, <c>Grafana</c>, <c>Alertmanager</c>. Without it: Prometheus and Grafana.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = KnownSet)]
    [ValidateSet(KnownService.Prometheus, KnownService.Grafana, KnownService.Alertmanager)]
    public string[] Service { get; set; } = [KnownService.Prometheus, KnownService.Grafana];

    /// <summary>A stack whose services to forward to, from Install- or Get-KubePrometheus.</summary>
    [Parameter(ParameterSetName = KnownSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public KubePrometheusStack? InputObject { get; set; }

    /// <summary>Any other Service, by its name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NamedSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ServiceName]
    [ValidateNotNullOrEmpty]
    public string ServiceName { get; set; } = string.Empty;

    /// <summary>The name or number of the Service's port. Without it: its first.</summary>
    [Parameter(ParameterSetName = NamedSet)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Port { get; set; }

    /// <summary>
    /// The local port: 0 for any free one, 1 to 65535. Without it: the Service's own number, so 9090 for Prometheus, 3000 for Grafana and
    /// 9093 for Alertmanager.
    /// For several services one number for each, in their order, or a single 0 for all.
    /// </summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int[] LocalPort { get; set; } = [];

    /// <summary>
    /// The Service's namespace. Without it: <c>monitoring</c> for the services of kube-prometheus, else the namespace of the context.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>
    /// The local addresses to listen on. Without it: loopback, of IPv4 and IPv6. Others let everybody in who reaches this machine:
    /// Prometheus asks for no password.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IPAddress[] Address { get; set; } = [.. LocalListener.Loopback];

    /// <summary>How long to wait for a ready pod: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: 1 minute.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Stays in front until Ctrl+C, shows what goes through and what goes wrong, and stops the port-forwards it started then.
    /// </summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Opens each in the browser, where there is a desktop.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var starter = new PortForwardStarter(client, _registry, Connect);
        foreach (var request in Requests(client))
        {
            try
            {
                await StartAsync(client, starter, request, output, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception)
            {
                output.Error(exception);
            }
        }
    }

    /// <inheritdoc />
    private protected override async Task FinishAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        if (!Wait || _shown.Count == 0)
        {
            return;
        }

        try
        {
            await WatchAsync(output, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(_started.Select(_registry.StopAsync)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && Wait)
        {
            _started.ForEach(forward => _ = _registry.StopAsync(forward));
        }

        base.Dispose(disposing);
    }

    private async Task StartAsync(
        ClusterClient client,
        PortForwardStarter starter,
        ForwardRequest request,
        CommandOutput output,
        CancellationToken cancellationToken)
    {
        var target = await starter.FindAsync(request, cancellationToken).ConfigureAwait(false);
        var approval = await output
            .ApproveAsync($"{target} on {client.Connection.Context}", "Forward a local port to").ConfigureAwait(false);
        if (!approval.IsGiven)
        {
            return;
        }

        output.Progress("Starting port-forwards", $"{request.Namespace}/{request.Service}", -1);
        var (forward, isNew) = await starter.StartAsync(request, target, Timeout, cancellationToken).ConfigureAwait(false);
        if (!request.Addresses.All(IPAddress.IsLoopback))
        {
            output.Warning(
                $"Whoever reaches this machine can now open {forward.Url}: Prometheus and Alertmanager ask for no password, and Grafana's is admin until it is changed."
            );
        }

        if (Wait)
        {
            // Its row in a table would be shown with the last one only, which Ctrl+C takes away.
            output.Tell($"Forwarding {forward.Url} to {target}, port {forward.Port}; Ctrl+C ends it.");
        }

        _shown.Add(forward);
        if (isNew)
        {
            _started.Add(forward);
        }

        output.Object(forward);
        if (Open && Browser.Open(forward.Url) is { } obstacle)
        {
            output.Warning($"{forward.Url} was not opened: {obstacle}; open it by hand.");
        }
    }

    private List<ForwardRequest> Requests(ClusterClient client)
    {
        if (ParameterSetName == NamedSet)
        {
            return [new ForwardRequest(Namespace ?? client.Connection.DefaultNamespace, ServiceName, Port, LocalPortOf(0, 1), Address)];
        }

        var known = Service
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(title => KnownService.All.First(service => service.Title.Equals(title, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        return
        [
            .. known.Select(
                (service, index) =>
                    new ForwardRequest(
                        Namespace ?? InputObject?.Namespace ?? PrometheusChoice.UsualNamespace,
                        service.Service,
                        $"{service.Port}",
                        LocalPortOf(index, known.Count),
                        Address)),
        ];
    }

    private int? LocalPortOf(int index, int count) =>
        LocalPort switch
        {
            [] => null,
            [0] => 0,
            _ when LocalPort.Where(port => port != 0).GroupBy(port => port).FirstOrDefault(same => same.Count() > 1) is { } twice =>
                throw new MonitoringException(
                    ErrorId.ParameterInvalid,
                    $"-LocalPort has {twice.Key} twice",
                    "give each service a number of its own, or 0 for any free one",
                    nameof(LocalPort)),
            { Length: var given } when given == count => LocalPort[index],
            _ => throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-LocalPort has {LocalPort.Length} numbers for {count} services",
                "give one for each, or a single 0 for any free ones",
                nameof(LocalPort)),
        };

    private async Task WatchAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        var told = new Dictionary<int, DateTimeOffset>();
        while (_shown.Any(forward => forward.State is not (PortForwardState.Stopped or PortForwardState.Failed)))
        {
            foreach (
                var forward in _shown.Where(forward =>
                    forward.LastErrorAt is { } at && at >= _begun && at - told.GetValueOrDefault(forward.Id) > WarningInterval))
            {
                told[forward.Id] = forward.LastErrorAt!.Value;
                output.Warning($"{forward}: {forward.LastError}");
            }

            output.Progress("Forwarding; Ctrl+C ends it", string.Join(" | ", _shown.Select(ForwardText.Describe)), -1);
            await Task.Delay(LookInterval, cancellationToken).ConfigureAwait(false);
        }
    }
}
