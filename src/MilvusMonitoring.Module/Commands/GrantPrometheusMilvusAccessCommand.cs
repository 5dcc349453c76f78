using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Lets Prometheus discover Milvus: get, list and watch on pods, services, endpoints and endpointslices, as far as that is missing.
/// Nothing is written where nothing is missing, or where the caller may not grant it.
/// </summary>
[Cmdlet(VerbsSecurity.Grant, "PrometheusMilvusAccess", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PrometheusAccess))]
public sealed class GrantPrometheusMilvusAccessCommand : AccessCommand
{
    /// <inheritdoc />
    private protected override bool IsRevoke => false;
}
