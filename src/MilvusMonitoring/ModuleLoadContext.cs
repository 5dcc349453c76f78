using System.Reflection;
using System.Runtime.Loader;

namespace MilvusMonitoring;

/// <summary>Loads the cmdlets and the packages they stand on apart from everything else in the process.</summary>
/// <remarks>powershell-yaml, platyPS and Az.Aks bring other versions of YamlDotNet; none of them meets ours in here.</remarks>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly object Gate = new();
    private static ModuleLoadContext? s_current;

    private readonly Assembly _shared = typeof(ModuleLoadContext).Assembly;
    private readonly string _folder;

    private ModuleLoadContext(string folder)
        : base("MilvusMonitoring") => _folder = folder;

    /// <summary>Loads the assembly that holds the cmdlets; every runspace of the process shares it.</summary>
    /// <param name="folder">The full path of the folder with this module's assemblies.</param>
    /// <returns>The assembly, for <c>Import-Module -Assembly</c>.</returns>
    /// <exception cref="FileLoadException">Another build of the module is loaded already.</exception>
    public static Assembly LoadModule(string folder)
    {
        lock (Gate)
        {
            s_current ??= new ModuleLoadContext(folder);
            return s_current.LoadFromAssemblyPath(Path.Combine(folder, "MilvusMonitoring.Module.dll"));
        }
    }

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
