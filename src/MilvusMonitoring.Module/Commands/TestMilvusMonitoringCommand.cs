using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Proves that Prometheus scrapes Milvus, or names the one reason why it does not. Checks every step from the API server to a fresh sample
/// on every replica of Prometheus.
/// Only reads. Writes an error for each failed check, and for each Milvus without a proof.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "MilvusMonitoring")]
[OutputType(typeof(MonitoringCheck), typeof(bool))]
public sealed class TestMilvusMonitoringCommand : ClusterCommand
{
    /// <summary>
    /// The name of the Milvus: the name of its Helm release, or of its resource of the Milvus Operator. Default: every Milvus.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The namespace of the Milvus; required if several namespaces have a Milvus of that name.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>A Milvus instance, a monitor, the name of a Milvus, or a stack whose Prometheus to use.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// Writes only True or False: whether no check failed and each Milvus has fresh samples. Writes no error for a failed check.
    /// </summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>
    /// Repeats the checks until no check fails and each Milvus has fresh samples; warnings and skipped checks do not count. Prometheus
    /// needs up to two scrape intervals and a reload for a new monitor.
    /// </summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long to wait, up to 1 day: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: 5 minutes.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

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

    /// <summary>The address of Grafana (http or https). Default: the pod of Grafana, through the API server.</summary>
    [Parameter]
    public Uri? GrafanaUri { get; set; }

    /// <summary>
    /// The user that signs in to Grafana to query its data source. Default: no user, then for a Grafana that this module installed its
    /// initial user.
    /// </summary>
    [Parameter]
    public PSCredential? GrafanaCredential { get; set; }

    /// <summary>The bearer token for Grafana, such as that of a service account.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? GrafanaToken { get; set; }

    /// <summary>
    /// A file with the authorities (PEM) that may have signed the certificate of Grafana. Default: those of this machine.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? GrafanaCertificateAuthority { get; set; }

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

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var verifier = new Verifier(client, output, CreateRequest());
        var checks = Wait
            ? await verifier.WaitAsync(Timeout, cancellationToken).ConfigureAwait(false)
            : await verifier.RunChecksAsync(cancellationToken).ConfigureAwait(false);
        if (Quiet)
        {
            output.Object(Proof.Holds(checks));
            return;
        }

        foreach (var check in checks)
        {
            output.Object(check);
        }

        foreach (var check in checks.Where(check => check.Status == CheckStatus.Failed))
        {
            output.Error(check);
        }

        foreach (var (milvus, unknown) in Proof.ListUnproven(checks))
        {
            output.Error(milvus, unknown);
        }
    }

    private TestRequest CreateRequest()
    {
        ServerParameters.EnsureAddresses(PrometheusUri, ServerAccess.Prometheus);
        ServerParameters.EnsureAddresses(GrafanaUri is null ? [] : [GrafanaUri], ServerAccess.Grafana);

        var typed = new TestRequest
        {
            Name = Name,
            Namespace = Namespace,
            Prometheus = new PrometheusChoice(PrometheusNamespace, PrometheusName),
            PrometheusUris = PrometheusUri,
            PrometheusAccess = ServerParameters.CreateAccess(
                ServerAccess.Prometheus,
                PrometheusCredential,
                PrometheusToken,
                ResolvePath(PrometheusCertificateAuthority)),
            GrafanaUri = GrafanaUri,
            GrafanaAccess = ServerParameters.CreateAccess(
                ServerAccess.Grafana,
                GrafanaCredential,
                GrafanaToken,
                ResolvePath(GrafanaCertificateAuthority)),
            Kubeconfig = ResolveKubeconfig(),
            Arguments = [.. ListArguments()],
            Waits = Wait,
        };
        return InputObject is null ? typed : FromPipeline(typed, InputObject);
    }

    /// <summary>Lists what remedies repeat. A secret is asked for again.</summary>
    private IEnumerable<string> ListArguments()
    {
        const string AskCredential = "(Get-Credential)";
        const string AskToken = "(Read-Host -AsSecureString)";
        var addresses = string.Join(',', PrometheusUri.Select(uri => Quote(uri.ToString())));
        (string Name, string? Value)[] arguments =
        [
            (nameof(PrometheusNamespace), Quote(PrometheusNamespace)),
            (nameof(PrometheusName), Quote(PrometheusName)),
            (nameof(PrometheusUri), addresses.Length > 0 ? addresses : null),
            (nameof(PrometheusCredential), PrometheusCredential is null ? null : AskCredential),
            (nameof(PrometheusToken), PrometheusToken is null ? null : AskToken),
            (nameof(PrometheusCertificateAuthority), Quote(ResolvePath(PrometheusCertificateAuthority))),
            (nameof(GrafanaUri), Quote(GrafanaUri?.ToString())),
            (nameof(GrafanaCredential), GrafanaCredential is null ? null : AskCredential),
            (nameof(GrafanaToken), GrafanaToken is null ? null : AskToken),
            (nameof(GrafanaCertificateAuthority), Quote(ResolvePath(GrafanaCertificateAuthority))),
        ];
        return arguments.Where(argument => argument.Value is not null).Select(argument => $"-{argument.Name} {argument.Value}");

        static string? Quote(string? text) => text is null ? null : PowerShellText.Quote(text);
    }

    private TestRequest FromPipeline(TestRequest typed, PSObject input)
    {
        var piped = new PipedObject(input);
        if (piped.FindPrometheus() is { } own)
        {
            return typed with { Prometheus = typed.Prometheus.Or(own) };
        }

        if (piped.Is<MilvusInstance>())
        {
            return typed with { Name = Name ?? piped.Text("Name"), Namespace = Namespace ?? piped.Text("Namespace") };
        }

        if (piped.Is<MilvusServiceMonitor>())
        {
            return typed with
            {
                Name = Name ?? piped.Text("Instance"),
                Monitor = new RequestedMonitor(piped.Text("Kind")!, piped.Text("Namespace")!, piped.Text("Name")!),
            };
        }

        if (piped.NamesCluster)
        {
            return typed;
        }

        return input.BaseObject is string name
            ? typed with { Name = Name ?? name }
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{input.BaseObject.GetType().Name} does not name a Milvus",
                "pipe a Milvus instance, a monitor, a stack or a name",
                nameof(InputObject));
    }
}
