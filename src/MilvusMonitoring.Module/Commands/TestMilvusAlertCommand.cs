using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Alerts.Delivery;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Sends a test alert to the Alertmanager, and proves where it went: the route, the receivers, and whether they were notified. Resolves the
/// alert at the end.
/// Writes an error if nobody receives the alert, or if a notification failed.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "MilvusAlert", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusAlertDelivery))]
public sealed class TestMilvusAlertCommand : AlertmanagerCommand
{
    /// <summary>The severities to test. Default: <c>critical</c>.</summary>
    [Parameter(Position = 0)]
    [ValidateSet("critical", "warning", "info")]
    public string[] Severity { get; set; } = ["critical"];

    /// <summary>
    /// How long to wait for the notifications, up to 1 day: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: as long as
    /// the routes wait, and 30 seconds more.
    /// </summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>A Milvus or its monitor: the alert names it. A stack: its Alertmanager gets the alert.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

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
        ServerParameters.EnsureAddresses(AlertmanagerUri, ServerAccess.Alertmanager);
        var access = ServerParameters.CreateAccess(
            ServerAccess.Alertmanager,
            AlertmanagerCredential,
            AlertmanagerToken,
            ResolvePath(AlertmanagerCertificateAuthority));
        using var replicas = new AlertmanagerReplicas(client, AlertmanagerUri, access);
        var test = new AlertTest(client, output, replicas, TimeProvider.System);
        foreach (var severity in Severity.Select(severity => severity.ToLowerInvariant()).Distinct())
        {
            await RunAsync(test, severity, client.Connection.Context, output, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(
        AlertTest test,
        string severity,
        string context,
        CommandOutput output,
        CancellationToken cancellationToken)
    {
        var request = new AlertTestRequest(severity, FindInstance(InputObject), ChooseAlertmanager(InputObject), AlertmanagerUri);
        var plan = await test.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        var approval = await output
            .ApproveAsync($"a test alert of severity {severity} to {plan.Target} on {context}", "Send").ConfigureAwait(false);
        if (approval.IsWhatIf)
        {
            foreach (var delivery in test.Show(plan))
            {
                output.Object(delivery);
            }
        }

        if (!approval.IsGiven)
        {
            return;
        }

        var deliveries = await test.RunAsync(plan, Timeout, cancellationToken).ConfigureAwait(false);
        foreach (var delivery in deliveries)
        {
            output.Object(delivery);
        }

        foreach (var delivery in deliveries.Where(delivery => delivery.Status != AlertDeliveryStatus.Sent))
        {
            output.Error(AlertTest.CreateError(delivery));
        }
    }
}
