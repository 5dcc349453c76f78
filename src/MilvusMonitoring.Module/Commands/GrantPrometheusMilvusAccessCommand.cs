using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Lets Prometheus discover Milvus: grants get, list and watch on pods, services, endpoints and endpointslices, as far as they are missing.
/// Writes nothing if no permission is missing, or if the user may not grant it.
/// </summary>
[Cmdlet(VerbsSecurity.Grant, "PrometheusMilvusAccess", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PrometheusAccess))]
public sealed class GrantPrometheusMilvusAccessCommand : AccessCommand
{
    /// <inheritdoc />
    private protected override bool IsRevoke => false;
}
