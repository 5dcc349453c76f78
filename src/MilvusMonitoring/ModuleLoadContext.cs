using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace MilvusMonitoring;

/// <summary>Loads the cmdlets and their packages apart from all other assemblies of the process.</summary>
/// <remarks>powershell-yaml, platyPS and Az.Aks load other versions of YamlDotNet, which do not conflict with the version in this
/// context.</remarks>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    /// <summary>The oldest .NET that runs the code in the folders of the platforms.</summary>
    private const int OldestWithCode = 10;

    private static readonly object Gate = new();
    private static ModuleLoadContext? s_current;

    private readonly Assembly _shared = typeof(ModuleLoadContext).Assembly;
    private readonly string _folder;
    private readonly string _platformFolder;

    private ModuleLoadContext(string folder)
        : base("MilvusMonitoring") =>
        (_folder, _platformFolder) = (folder, Path.Combine(folder, RuntimeInformation.RuntimeIdentifier));

    /// <summary>Loads the assembly with the cmdlets; all runspaces of the process share the assembly.</summary>
    /// <param name="folder">The full path of the folder with this module's assemblies.</param>
    /// <returns>The assembly, for <c>Import-Module -Assembly</c>.</returns>
    /// <exception cref="FileLoadException">The process has already loaded another build of the module.</exception>
    public static Assembly LoadModule(string folder)
    {
        lock (Gate)
        {
            s_current ??= new ModuleLoadContext(folder);
            return s_current.LoadFromAssemblyPath(s_current.FindFile("MilvusMonitoring.Module"));
        }
    }

    /// <inheritdoc />
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == _shared.GetName().Name)
        {
            return _shared;
        }

        var path = FindFile(assemblyName.Name!);
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    /// <summary>Finds the file of an assembly: the one with code for this platform if the runtime uses code.</summary>
    /// <returns>The path where the file has to be, if there is none.</returns>
    private string FindFile(string name)
    {
        var compiled = Path.Combine(_platformFolder, name + ".dll");
        return Environment.Version.Major >= OldestWithCode && File.Exists(compiled) ? compiled : Path.Combine(_folder, name + ".dll");
    }
}
