namespace MilvusMonitoring.Benchmarks.Servers;

/// <summary>A folder that goes with its owner.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("milvus-monitoring-");

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
