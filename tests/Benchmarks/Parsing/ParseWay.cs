using k8s;
using MilvusMonitoring.Manifests;
using YamlDotNet.RepresentationModel;

namespace MilvusMonitoring.Benchmarks.Parsing;

/// <summary>One way to read all manifests of a folder.</summary>
/// <param name="Name">Its name on the command line of a child.</param>
/// <param name="Title">What it is.</param>
/// <param name="ReadAsync">Reads a folder, and says how many objects it had.</param>
internal sealed record ParseWay(string Name, string Title, Func<string, CancellationToken, Task<int>> ReadAsync)
{
    public static ParseWay Module { get; } = new("module", "the module, to what is sent", ReadManifestsAsync);

    public static ParseWay EventLoop { get; } =
        new("loop", "a simple event loop to JSON", (folder, _) => Task.FromResult(SimpleEventLoop.Read(Files(folder))));

    public static IReadOnlyList<ParseWay> All { get; } =
    [
        Module,
        EventLoop,
        new("tree", "YamlDotNet's trees, not yet JSON", (folder, _) => Task.FromResult(ReadTrees(folder))),
        new("models", "KubernetesYaml, kinds it knows", (folder, _) => Task.FromResult(ReadModels(folder))),
    ];

    public static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(folder, "manifests"), "*.yaml", SearchOption.AllDirectories)];

    private static async Task<int> ReadManifestsAsync(string folder, CancellationToken cancellationToken) =>
        ManifestReader.Read(await ManifestSource.ReadAsync(folder, cancellationToken), cancellationToken).Count;

    private static int ReadTrees(string folder)
    {
        var count = 0;
        foreach (var file in Files(folder))
        {
            using var reader = File.OpenText(file);
            var stream = new YamlStream();
            stream.Load(reader);
            count += stream.Documents.Count;
        }

        return count;
    }

    private static int ReadModels(string folder)
    {
        var count = 0;
        foreach (var file in Files(folder))
        {
            var text = File.ReadAllText(file);
            // It refuses kinds that it has no class for.
            if (!text.Contains("apiVersion: monitoring.coreos.com", StringComparison.Ordinal))
            {
                count += KubernetesYaml.LoadAllFromString(text).Count;
            }
        }

        return count;
    }
}
