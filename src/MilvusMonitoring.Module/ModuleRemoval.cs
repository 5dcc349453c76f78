using System.Management.Automation;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring;

/// <summary>Ends what the module still does in the background when Remove-Module takes it away.</summary>
public sealed class ModuleRemoval : IModuleAssemblyCleanup
{
    /// <inheritdoc />
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        PortForwardRegistry.ForRunspace().CloseAll();
        SessionCache.Shared.Dispose();
    }
}
