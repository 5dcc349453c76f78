using System.Management.Automation;
using System.Net;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Forwards local ports to Prometheus and Grafana, or to any Service, through the API server.
/// A port-forward works in the background until Stop-MonitoringPortForward or the end of the session, and outlives the pods behind it.
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

    private readonly PortForwardGroup _group = new(PortForwardRegistry.ForRunspace());

    /// <summary>
    /// The services of a stack: <c>Prometheus</c>, <c>Grafana</c>, <c>Alertmanager</c>. Default: Prometheus and Grafana.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = KnownSet)]
    [ValidateSet(KnownService.Prometheus, KnownService.Grafana, KnownService.Alertmanager)]
    public string[] Service { get; set; } = [KnownService.Prometheus, KnownService.Grafana];

    /// <summary>The stack whose services to forward to, from Install- or Get-KubePrometheus.</summary>
    [Parameter(ParameterSetName = KnownSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    [KubePrometheusCopy]
    public KubePrometheusStack? InputObject { get; set; }

    /// <summary>The monitoring whose services to forward to, from Get-MonitoringStack.</summary>
    [Parameter(ParameterSetName = KnownSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    [StackCopy]
    public MonitoringStack? Stack { get; set; }

    /// <summary>The name of any Service.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NamedSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ServiceName]
    [ValidateNotNullOrEmpty]
    public string ServiceName { get; set; } = string.Empty;

    /// <summary>The name or number of the Service's port. Default: the first TCP port.</summary>
    [Parameter(ParameterSetName = NamedSet)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Port { get; set; }

    /// <summary>
    /// The local port: 1 to 65535, or 0 for any free port. Default: the number of the Service's port, which is 9090 for Prometheus, 3000
    /// for Grafana and 9093 for Alertmanager.
    /// For several services: one number for each, in the same order, or a single 0 for all.
    /// </summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int[] LocalPort { get; set; } = [];

    /// <summary>
    /// The Service's namespace. Default for the services of a stack: <c>monitoring</c>, or the namespace of the only stack. Default for
    /// others: the namespace of the context.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>
    /// The local addresses to listen on. Default: loopback, of IPv4 and IPv6. Any other address lets in everybody who reaches this
    /// machine: Prometheus asks for no password.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IPAddress[] Address { get; set; } = [.. LocalListener.Loopback];

    /// <summary>
    /// How long to wait for a ready pod, up to 1 day: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: 1 minute.
    /// </summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Keeps the command running until Ctrl+C. It shows traffic and errors, and stops the port-forwards that it started.
    /// </summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Opens each page in the browser if there is a desktop.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var operation = new PortForwardOperation(client, output, _group, ResolveTarget());
        foreach (var request in CreateRequests(client))
        {
            try
            {
                await StartAsync(operation, request, output, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception)
            {
                output.Error(exception);
            }
        }
    }

    /// <summary>None: the order of the stacks decides which of them gets a port that several want.</summary>
    private protected override object? Subject => null;

    /// <inheritdoc />
    private protected override IEnumerable<CommandWork> ListLastWork() => Wait ? [new CommandWork(null, _group.WaitAsync)] : [];

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && Wait)
        {
            _group.StopAsync().ObserveError();
        }

        base.Dispose(disposing);
    }

    private IReadOnlyList<ForwardRequest> CreateRequests(ClusterClient client) =>
        ParameterSetName == NamedSet
            ? [ForwardRequest.Create(Namespace ?? client.Connection.DefaultNamespace, ServiceName, Port, LocalPort, Address)]
            : ForwardRequest.CreateKnown(
                Service,
                FindNamespace(),
                Stack?.PrometheusName,
                LocalPort,
                Address);

    /// <summary>The namespace of a piped stack is bound to the parameter. Its Prometheus may be in another one than its operator.</summary>
    private string? FindNamespace() => Stack is { } stack && (Namespace is null || Namespace == stack.Namespace)
        ? stack.Prometheus.Select(server => server.Namespace).FirstOrDefault() ?? stack.Namespace
        : Namespace ?? InputObject?.Namespace;

    private async Task StartAsync(
        PortForwardOperation operation,
        ForwardRequest request,
        CommandOutput output,
        CancellationToken cancellationToken)
    {
        var plan = await operation.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        var approval = await output.ApproveAsync(plan.Description, "Forward a local port to").ConfigureAwait(false);
        if (!approval.IsGiven)
        {
            return;
        }

        var forward = await operation.ExecuteAsync(plan, Timeout, cancellationToken).ConfigureAwait(false);
        if (Wait)
        {
            // Format-Table holds rows until the end, and Ctrl+C discards them: print a line now.
            output.WriteHostLine($"Forwarding {forward.Url} to {plan.Target}, port {forward.Port}; Ctrl+C ends it.");
        }

        output.Object(forward);
        if (Open && Browser.Open(forward.Url) is { } obstacle)
        {
            output.Warning($"{forward.Url} was not opened: {obstacle}; open it by hand.");
        }
    }
}
