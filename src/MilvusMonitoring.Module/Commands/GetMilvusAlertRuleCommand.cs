using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows the alert rules of Milvus, whoever wrote them: their state on every replica of Prometheus, and whether they can fire.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MilvusAlertRule")]
[OutputType(typeof(MilvusAlertRule))]
public sealed class GetMilvusAlertRuleCommand : ClusterCommand
{
    /// <summary>
    /// The name of the Milvus: the name of its Helm release, or of its resource of the Milvus Operator. Default: every Milvus.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Instance { get; set; }

    /// <summary>The names of the alerts; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AlertNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The namespace of the Milvus. Default: all namespaces.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>A Milvus instance, a monitor, an alert rule, the name of a Milvus, or a stack whose Prometheus to use.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// The addresses of Prometheus (http or https), one for each replica. Default: each pod of Prometheus, through the API server.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public Uri[] PrometheusUri { get; set; } = [];

    /// <summary>The user and password for the addresses of Prometheus.</summary>
    [Parameter]
    public PSCredential? PrometheusCredential { get; set; }

    /// <summary>The bearer token for the addresses of Prometheus.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? PrometheusToken { get; set; }

    /// <summary>
    /// A file with the authorities (PEM) that may have signed the certificate of Prometheus. Default: those of this machine.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PrometheusCertificateAuthority { get; set; }

    /// <summary>The namespace of the Prometheus resource; required if several may be meant.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusNamespace { get; set; }

    /// <summary>The name of the Prometheus resource; required if several may be meant.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusName { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        ServerParameters.EnsureAddresses(PrometheusUri, ServerAccess.Prometheus);

        var access = ServerParameters.CreateAccess(
            ServerAccess.Prometheus,
            PrometheusCredential,
            PrometheusToken,
            ResolvePath(PrometheusCertificateAuthority));
        using var replicas = new PrometheusReplicas(client, PrometheusUri, access);
        var reports = new AlertRuleReader(client, output, replicas).ListAsync(CreateRequest(), cancellationToken);
        await foreach (var report in reports.ConfigureAwait(false))
        {
            output.Objects(report.Rules);
            foreach (var answer in report.Replicas.Where(answer => answer.Error is not null))
            {
                output.Error(answer.Error!, answer.Name);
            }
        }
    }

    private AlertRuleRequest CreateRequest()
    {
        var typed = new AlertRuleRequest(
            Instance,
            Namespace,
            NameWildcards.Parse(Name),
            new PrometheusChoice(PrometheusNamespace, PrometheusName));
        return InputObject is null ? typed : FromPipeline(typed with { Names = typed.Names with { Exact = null } }, InputObject);
    }

    private AlertRuleRequest FromPipeline(AlertRuleRequest typed, PSObject input)
    {
        var piped = new PipedObject(input);
        if (piped.FindPrometheus() is { } own)
        {
            return typed with { Prometheus = typed.Prometheus.Or(own) };
        }

        if (piped.Is<MilvusInstance>())
        {
            return typed with { Instance = Instance ?? piped.Text("Name"), Namespace = Namespace ?? piped.Text("Namespace") };
        }

        if (piped.Is<MilvusAlertRule>())
        {
            return typed with { Instance = Instance ?? piped.Text("Instance"), Namespace = Namespace ?? piped.Text("Namespace") };
        }

        if (piped.Is<MilvusServiceMonitor>())
        {
            return typed with { Instance = Instance ?? piped.Text("Instance") };
        }

        if (piped.NamesCluster)
        {
            return typed;
        }

        return input.BaseObject is string name
            ? typed with { Instance = Instance ?? name }
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{input.BaseObject.GetType().Name} does not name a Milvus",
                "pipe a Milvus instance, a monitor, an alert rule, a stack or a name",
                nameof(InputObject));
    }
}
