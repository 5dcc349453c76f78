using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Alerts.Firing;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows which alerts of Milvus are pending or firing, since when, who receives them, and what silences or inhibits them.
/// Writes nothing if there is none.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MilvusAlert")]
[OutputType(typeof(MilvusAlert))]
public sealed class GetMilvusAlertCommand : AlertmanagerCommand
{
    /// <summary>The name of the alert; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The severities. Default: all.</summary>
    [Parameter]
    [ValidateSet("critical", "warning", "info")]
    public string[] Severity { get; set; } = [];

    /// <summary>A Milvus or its monitor: only its alerts are shown. A stack: its Prometheus and Alertmanager are asked.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The namespace of the Prometheus resource; required if there are several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusNamespace { get; set; }

    /// <summary>The name of the Prometheus resource; required if there are several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusName { get; set; }

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

    /// <summary>
    /// The addresses of the Alertmanager (http or https), one for each replica. Default: each pod of it, through the API server.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public Uri[] AlertmanagerUri { get; set; } = [];

    /// <summary>The user and password for the addresses of the Alertmanager.</summary>
    [Parameter]
    public PSCredential? AlertmanagerCredential { get; set; }

    /// <summary>The bearer token for the addresses of the Alertmanager.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? AlertmanagerToken { get; set; }

    /// <summary>
    /// A file with the authorities (PEM) that may have signed the certificate of the Alertmanager. Default: those of this machine.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AlertmanagerCertificateAuthority { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        ServerParameters.EnsureAddresses(PrometheusUri, ServerAccess.Prometheus);
        ServerParameters.EnsureAddresses(AlertmanagerUri, ServerAccess.Alertmanager);
        using var prometheus = new PrometheusReplicas(client, PrometheusUri, ServerParameters.CreateAccess(
            ServerAccess.Prometheus,
            PrometheusCredential,
            PrometheusToken,
            ResolvePath(PrometheusCertificateAuthority)));
        using var alertmanagers = new AlertmanagerReplicas(client, AlertmanagerUri, ServerParameters.CreateAccess(
            ServerAccess.Alertmanager,
            AlertmanagerCredential,
            AlertmanagerToken,
            ResolvePath(AlertmanagerCertificateAuthority)));
        var request = new AlertRequest(
            ChoosePrometheus(),
            ChooseAlertmanager(InputObject),
            PrometheusUri.Length > 0,
            AlertmanagerUri.Length > 0);
        var instance = FindInstance(InputObject);
        var pattern = NameWildcards.Parse(Name);
        var alerts = await new AlertReader(client, output, prometheus, alertmanagers)
            .ListAsync(request, cancellationToken).ConfigureAwait(false);
        foreach (var alert in alerts
            .Where(alert => pattern.Matches(alert.Name))
            .Where(alert => Severity.Length == 0 || Severity.Contains(alert.Severity, StringComparer.OrdinalIgnoreCase))
            .Where(alert => instance is not var (place, name) || (alert.Namespace == place && alert.Instance == name)))
        {
            output.Object(alert);
        }
    }

    private PrometheusChoice ChoosePrometheus()
    {
        var piped = InputObject is null ? null : new PipedObject(InputObject).FindPrometheus();
        return new PrometheusChoice(PrometheusNamespace, PrometheusName).Or(piped);
    }
}
