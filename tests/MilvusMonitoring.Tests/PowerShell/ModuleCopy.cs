using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MilvusMonitoring.Tests;

/// <summary>The built module again, in a folder of its own.</summary>
internal sealed class ModuleCopy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModuleCopy()
    {
        Path = System.IO.Path.Combine(_folder.Path, "MilvusMonitoring");
        foreach (var file in Directory.EnumerateFiles(BuiltTree.Module, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(BuiltTree.Module, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public string Path { get; }

    /// <summary>Gives the shared assembly a module version id of its own, which is how .NET tells builds apart.</summary>
    public void MakeAnotherBuild()
    {
        var assembly = System.IO.Path.Combine(Path, "bin", "MilvusMonitoring.dll");
        var bytes = File.ReadAllBytes(assembly);
        Guid version;
        using (var image = new PEReader(new MemoryStream(bytes)))
        {
            var metadata = image.GetMetadataReader();
            version = metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
        }

        var at = bytes.AsSpan().IndexOf(version.ToByteArray());
        Guid.NewGuid().TryWriteBytes(bytes.AsSpan(at));
        File.WriteAllBytes(assembly, bytes);
    }

    public void Dispose() => _folder.Dispose();
}
