using System.Management.Automation;
using MilvusMonitoring.Kubernetes.Connection;

namespace MilvusMonitoring;

/// <summary>Begins what the first command of a process needs when Import-Module brings the module in.</summary>
public sealed class ModuleStart : IModuleAssemblyInitializer
{
    /// <inheritdoc />
    public void OnImport() => FirstUse.Begin();
}
