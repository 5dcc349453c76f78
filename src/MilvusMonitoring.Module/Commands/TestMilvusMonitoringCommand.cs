using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Proves that Milvus is being scraped, or names the one reason why it is not: looks at every link from the API server to a fresh sample on
/// every replica of Prometheus.
/// It only reads. Each link that failed is an error too, and so is a Milvus of which the last link could not be looked at.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "MilvusMonitoring")]
[OutputType(typeof(MonitoringCheck), typeof(bool))]
public sealed class TestMilvusMonitoringCommand : ClusterCommand
{
    /// <summary>The name of the Milvus: of its Helm release, or of the Operator's resource. Without it: every Milvus.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Its namespace; needed where several namespaces have a Milvus of that name.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>A Milvus, a monitor, or a stack whose own Prometheus is meant.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Writes only whether all of it holds: True or False, and no error for a link that failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Looks again until all of it holds, as a new monitor takes up to two scrape intervals and a reload.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long to wait: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: 5 minutes.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Where Prometheus is asked, one address for each replica. Without it: each of its pods, through the API server.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public Uri[] PrometheusUri { get; set; } = [];

    /// <summary>Where Grafana is asked. Without it: its pod, through the API server.</summary>
    [Parameter]
    public Uri? GrafanaUri { get; set; }

    /// <summary>
    /// Who signs in to Grafana, to ask its data source. Without it: nobody, then the user that kube-prometheus installs it with.
    /// </summary>
    [Parameter]
    public PSCredential? GrafanaCredential { get; set; }

    /// <summary>The namespace of the Prometheus resource, where there are several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusNamespace { get; set; }

    /// <summary>The name of the Prometheus resource, where there are several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusName { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var verifier = new Verifier(client, output, Request());
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

        foreach (var (milvus, why) in Proof.Unproven(checks))
        {
            output.Error(milvus, why);
        }
    }

    private TestRequest Request()
    {
        foreach (var address in PrometheusUri.Append(GrafanaUri).OfType<Uri>())
        {
            if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            {
                throw new MonitoringException(
                    ErrorId.ParameterInvalid,
                    $"'{address}' is no address of a server",
                    "give one such as http://localhost:9090",
                    nameof(PrometheusUri));
            }
        }

        var typed = new TestRequest
        {
            Name = Name,
            Namespace = Namespace,
            Prometheus = new PrometheusChoice(PrometheusNamespace, PrometheusName),
            PrometheusUris = PrometheusUri,
            GrafanaUri = GrafanaUri,
            Grafana = GrafanaCredential?.GetNetworkCredential(),
            Kubeconfig = string.IsNullOrEmpty(Kubeconfig) ? null : ResolvedKubeconfig(),
        };
        return InputObject is null ? typed : OfPiped(typed, InputObject);
    }

    private TestRequest OfPiped(TestRequest typed, PSObject input)
    {
        var piped = new PipedObject(input);
        return piped.Is<KubePrometheusStack>()
                ? typed with
                {
                    Prometheus = typed.Prometheus with { Namespace = PrometheusNamespace ?? piped.Text("Namespace") },
                }
            : piped.Is<MilvusInstance>()
                ? typed with
                {
                    Name = Name ?? piped.Text("Name"),
                    Namespace = Namespace ?? piped.Text("Namespace"),
                }
            : piped.Is<MilvusServiceMonitor>()
                ? typed with
                {
                    Name = Name ?? piped.Text("Instance"),
                    Namespace = Namespace ?? piped.Text("Namespace"),
                    Monitor = (piped.Text("Kind")!, piped.Text("Name")!),
                }
            : input.BaseObject is string name ? typed with { Name = Name ?? name }
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{input.BaseObject.GetType().Name} does not say which Milvus is meant",
                "pipe a Milvus instance, a monitor, a stack or a name",
                nameof(InputObject));
    }
}
