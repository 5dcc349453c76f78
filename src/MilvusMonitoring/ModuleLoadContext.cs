using System.Reflection;
using System.Runtime.Loader;

namespace MilvusMonitoring;

/// <summary>Loads the cmdlets and the packages they stand on apart from everything else in the process.</summary>
/// <remarks>powershell-yaml, platyPS and Az.Aks bring other versions of YamlDotNet; none of them meets ours in here.</remarks>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly Lazy<ModuleLoadContext> Current = new(() => new ModuleLoadContext());

    private readonly Assembly _shared = typeof(ModuleLoadContext).Assembly;
    private readonly string _folder;

    private ModuleLoadContext()
        : base("MilvusMonitoring")
    {
        _folder = Path.GetDirectoryName(_shared.Location)!;
    }

    /// <summary>Loads the assembly that holds the cmdlets, once a process.</summary>
    /// <returns>The assembly, for <c>Import-Module -Assembly</c>.</returns>
    public static Assembly LoadModule() =>
        Current.Value.LoadFromAssemblyPath(Path.Combine(Current.Value._folder, "MilvusMonitoring.Module.dll"));

    /// <inheritdoc />
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == _shared.GetName().Name)
        {
            return _shared;
        }

        var path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
