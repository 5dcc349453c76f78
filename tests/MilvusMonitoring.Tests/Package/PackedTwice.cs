using System.IO.Compression;
using System.Runtime.InteropServices;

namespace MilvusMonitoring.Tests.Package;

/// <summary>The package, made in each of two folders from the sources alone, and unpacked as a client of the gallery does.</summary>
public sealed class PackedTwice : IAsyncLifetime
{
    public const string ProjectUrl = "https://example.com/milvus-monitoring";

    // What a client leaves out of the module's folder.
    private static readonly string[] PackageParts = ["_rels/", "package/", "[Content_Types].xml", "MilvusMonitoring.nuspec"];

    private static readonly string[] SourceFolders = ["src", "docs", "module"];

    private readonly TemporaryFolder _folder = new();

    /// <summary>The two packages.</summary>
    internal IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>A folder for modules that holds nothing else.</summary>
    internal string ModulePath => _folder.PathOf("modules");

    /// <summary>The installed module.</summary>
    internal string Module { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Files = await Task.WhenAll(PackAsync("one"), PackAsync("some other place/two"));
        var version = Path.GetFileNameWithoutExtension(Files[0])["MilvusMonitoring.".Length..];
        Module = Path.Combine(ModulePath, "MilvusMonitoring", version);
        using var package = ZipFile.OpenRead(Files[0]);
        foreach (
            var entry in package.Entries.Where(entry =>
                !PackageParts.Any(part => entry.FullName.StartsWith(part, StringComparison.Ordinal))))
        {
            var target = Path.Combine(Module, entry.FullName);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            entry.ExtractToFile(target);
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> PackAsync(string name)
    {
        var tree = _folder.PathOf(name);
        CopySources(tree);
        var output = Path.Combine(tree, "packages");
        var result = await ChildProcess.RunAsync(
            "dotnet",
            [
                "pack",
                Path.Combine(tree, "src", "MilvusMonitoring.Module"),
                "--output",
                output,
                $"-p:ProjectUrl={ProjectUrl}",
                $"-p:AheadOfTimePlatforms={RuntimeInformation.RuntimeIdentifier}",
                "-p:UseSharedCompilation=false",
                "-nodeReuse:false",
                "-m:1",
            ],
            Limits.Program);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Single(Directory.GetFiles(output, "*.symbols.zip"));
        return Assert.Single(Directory.GetFiles(output, "*.nupkg"));
    }

    private static void CopySources(string tree)
    {
        var root = new DirectoryInfo(BuiltTree.Root);
        var files = root.EnumerateFiles()
            .Concat(
                SourceFolders.SelectMany(folder =>
                    new DirectoryInfo(Path.Combine(root.FullName, folder)).EnumerateFiles("*", SearchOption.AllDirectories)));
        foreach (var file in files)
        {
            var path = Path.GetRelativePath(root.FullName, file.FullName);
            if (path.Split(Path.DirectorySeparatorChar) is var parts && !parts.Contains("bin") && !parts.Contains("obj"))
            {
                var target = Path.Combine(tree, path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                file.CopyTo(target);
            }
        }
    }
}
