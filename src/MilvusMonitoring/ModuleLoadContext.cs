using System.Reflection;
using System.Runtime.Loader;

namespace MilvusMonitoring;

/// <summary>Loads the cmdlets and their packages apart from all other assemblies of the process.</summary>
/// <remarks>powershell-yaml, platyPS and Az.Aks load other versions of YamlDotNet, which do not conflict with the version in this
/// context.</remarks>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly object Gate = new();
    private static ModuleLoadContext? s_current;

    private readonly Assembly _shared = typeof(ModuleLoadContext).Assembly;
    private readonly string _folder;

    private ModuleLoadContext(string folder)
        : base("MilvusMonitoring") => _folder = folder;

    /// <summary>Loads the assembly with the cmdlets; all runspaces of the process share the assembly.</summary>
    /// <param name="folder">The full path of the folder with this module's assemblies.</param>
    /// <returns>The assembly, for <c>Import-Module -Assembly</c>.</returns>
    /// <exception cref="FileLoadException">The process has already loaded another build of the module.</exception>
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
