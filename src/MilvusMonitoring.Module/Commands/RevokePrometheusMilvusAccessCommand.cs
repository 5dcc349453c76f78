using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>Revokes exactly what Grant-PrometheusMilvusAccess has added.</summary>
[Cmdlet(VerbsSecurity.Revoke, "PrometheusMilvusAccess", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PrometheusAccess))]
public sealed class RevokePrometheusMilvusAccessCommand : AccessCommand
{
    /// <inheritdoc />
    private protected override bool IsRevoke => true;
}
