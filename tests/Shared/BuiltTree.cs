using System.Reflection;

namespace MilvusMonitoring.Testing;

/// <summary>Where the build left things, as the build itself recorded it.</summary>
internal static class BuiltTree
{
    /// <summary>The root of the repository, with a separator at the end.</summary>
    public static string Root { get; } = Recorded("RepositoryRoot");

    /// <summary>The built module, importable.</summary>
    public static string Module { get; } = Path.TrimEndingDirectorySeparator(Recorded("ModuleOutput"));

    /// <summary>The assembly of another project under tests/, to run as a child with <c>dotnet</c>.</summary>
    public static string Program(string project) =>
        Path.Combine(Root, "tests", project, "bin", Recorded("Configuration"), "net10.0", project + ".dll");

    /// <summary>What the project file of the program that runs has recorded under a key.</summary>
    public static string Recorded(string key) =>
        typeof(BuiltTree).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!;
}
