using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>A <see cref="Stage"/> with the kinds of kube-prometheus and a real helm, which keeps its files on the stage.</summary>
internal sealed class HelmStage : IAsyncDisposable
{
    private HelmStage(Stage stage, RealHelm helm)
    {
        (Stage, Helm) = (stage, helm);
        HelmPath = OperatingSystem.IsWindows()
            ? helm.Program
            : stage.WriteScript("helm", $"HOME='{stage.Folder}' exec '{helm.Program}' \"$@\"\n");
    }

    public Stage Stage { get; }

    public RealHelm Helm { get; }

    /// <summary>What to give to <c>-HelmPath</c>; it is <c>$helm</c> in scripts.</summary>
    public string HelmPath { get; }

    public static async Task<HelmStage> StartAsync(string helm)
    {
        var program = RealHelm.Find(helm);
        var stage = await Stage.StartAsync();
        await stage.DefineMonitorsAsync();
        return new HelmStage(stage, program);
    }

    /// <summary>Copies the chart of the tests onto the stage, with one file changed.</summary>
    public string CopyChart(string name, Func<string, string> change, string changed = "Chart.yaml")
    {
        foreach (var file in Directory.EnumerateFiles(RealHelm.Chart, "*", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            Stage.WriteFile(
                Path.Combine(name, Path.GetRelativePath(RealHelm.Chart, file)),
                Path.GetFileName(file) == changed ? change(text) : text);
        }

        return Path.Combine(Stage.Folder, name);
    }

    /// <summary>Runs helm itself.</summary>
    public Task<string> HelmAsync(params string[] arguments) => Helm.RunAsync(Stage.Kubeconfig, Stage.Folder, "default", arguments);

    /// <summary>
    /// Runs a script in which <c>$helm</c>, <c>$chart</c> and <c>$folder</c> are set, and every command knows the cluster.
    /// </summary>
    public Task<PowerShellResult> RunAsync(string script) => Stage.Session.InvokeAsync(
        $"param($c, $helm, $chart, $folder) $PSDefaultParameterValues = @{{ '*-Milvus*:Kubeconfig' = $c }}; {script}",
        new { c = Stage.Kubeconfig, helm = HelmPath, chart = RealHelm.Chart, folder = Stage.Folder });

    /// <summary>Enables the monitor of <c>my-release</c> by helm, with the chart of the tests.</summary>
    public Task<PowerShellResult> EnableAsync(string more = "") =>
        RunAsync($"Enable-MilvusServiceMonitor my-release -Method Helm -HelmPath $helm -Chart $chart {more}");

    /// <summary>The one monitor that a script puts out.</summary>
    public async Task<MilvusServiceMonitor> OneAsync(string script) =>
        Assert.Single((await RunAsync(script)).EnsureNoError().OutputOf<MilvusServiceMonitor>());

    public async Task<MilvusInstance> InstanceAsync() =>
        Assert.Single((await RunAsync("Get-MilvusInstance my-release")).EnsureNoError().OutputOf<MilvusInstance>());

    /// <summary>The ServiceMonitors, without what the server adds to every object.</summary>
    public List<JsonObject> Monitors() => [.. Stage.Cluster.List("monitoring.coreos.com/v1", "ServiceMonitor").Select(monitor =>
    {
        foreach (var field in (string[])["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"])
        {
            monitor["metadata"]!.AsObject().Remove(field);
        }

        return monitor;
    })];

    /// <summary>The status of each revision of <c>my-release</c>, the first one first.</summary>
    public IReadOnlyList<string> Statuses() => [.. Records().Select(record => (string)record["metadata"]!["labels"]!["status"]!)];

    /// <summary>The user's values in the newest revision of <c>my-release</c>, as Helm has written them.</summary>
    public JsonObject Config()
    {
        var text = Encoding.UTF8.GetString(Convert.FromBase64String((string)Records().Last()["data"]!["release"]!));
        using var unpacking = new GZipStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
        return JsonNode.Parse(unpacking)!["config"]!.AsObject();
    }

    public ValueTask DisposeAsync() => Stage.DisposeAsync();

    private IEnumerable<JsonObject> Records() =>
        Stage
            .Cluster.List("v1", "Secret", "default")
            .Where(secret => (string?)secret["type"] == "helm.sh/release.v1")
            .OrderBy(secret =>
                int.Parse((string)secret["metadata"]!["labels"]!["version"]!, System.Globalization.CultureInfo.InvariantCulture));
}
