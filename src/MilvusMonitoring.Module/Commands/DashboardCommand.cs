using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.Grafanas;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Commands;

/// <summary>The base of the cmdlets that use the dashboards of a Grafana.</summary>
public abstract class DashboardCommand : ClusterCommand
{
    /// <summary>The address of Grafana (http or https), whose HTTP API is then used. Default: the Grafana in the cluster.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Uri? GrafanaUri { get; set; }

    /// <summary>
    /// The user that signs in to Grafana. Default: no user, then for a Grafana that this module installed its initial user.
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

    /// <summary>The namespace of Grafana; required if there are several.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [AllowNull]
    public string? GrafanaNamespace { get; set; }

    /// <summary>The name of Grafana's Deployment, StatefulSet or Grafana resource; required if a namespace has several.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public string? GrafanaName { get; set; }

    /// <summary>The Grafana that the parameters or a piped stack name.</summary>
    /// <param name="input">The object from the pipeline; null for none.</param>
    private protected GrafanaRequest CreateGrafanaRequest(PSObject? input)
    {
        ServerParameters.EnsureAddresses(GrafanaUri is null ? [] : [GrafanaUri], ServerAccess.Grafana);
        var access = ServerParameters.CreateAccess(
            ServerAccess.Grafana,
            GrafanaCredential,
            GrafanaToken,
            ResolvePath(GrafanaCertificateAuthority));
        var typed = new GrafanaChoice(NullIfEmpty(GrafanaNamespace), NullIfEmpty(GrafanaName));
        return new GrafanaRequest(input is null ? typed : Choose(typed, new PipedObject(input)), GrafanaUri, access);
    }

    /// <summary>The Milvus that an object from the pipeline is; null for any other object.</summary>
    private protected static (string? Namespace, string Name)? FindInstance(PSObject? input)
    {
        if (input is null || new PipedObject(input) is not { } piped || !piped.Is<MilvusInstance>())
        {
            return null;
        }

        return piped.Text(nameof(MilvusInstance.Name)) is { } name ? (piped.Text(nameof(MilvusInstance.Namespace)), name) : null;
    }

    private static GrafanaChoice Choose(GrafanaChoice typed, PipedObject piped)
    {
        if (piped.Is<MilvusInstance>() || piped.Is<MilvusDashboard>() || piped.NamesCluster)
        {
            return typed;
        }

        if (piped.Is<KubePrometheusStack>())
        {
            return typed with { Namespace = typed.Namespace ?? piped.Text(nameof(KubePrometheusStack.Namespace)) };
        }

        if (piped.Is<MonitoringStack>())
        {
            var own = piped.Text(nameof(MonitoringStack.Grafana))?.Split('/');
            return own is [_, var place, var name]
                ? new GrafanaChoice(typed.Namespace ?? place, typed.Name ?? name)
                : typed with { Namespace = typed.Namespace ?? piped.Text(nameof(MonitoringStack.Namespace)) };
        }

        throw new MonitoringException(
            ErrorId.ParameterInvalid,
            "The object from the pipeline is neither a stack, a Milvus nor a dashboard",
            "pipe a complete object of Get-MonitoringStack, Get-MilvusInstance or Get-MilvusDashboard",
            "InputObject");
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
