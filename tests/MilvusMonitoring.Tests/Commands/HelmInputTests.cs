using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What <c>-Method Helm</c> takes and refuses, before any cluster is changed.</summary>
public sealed class HelmInputTests
{
    private const string ByHelm = "Enable-MilvusServiceMonitor my-release -Kubeconfig $c -Method Helm ";

    [Theory]
    [InlineData("-Chart milvus/milvus", "alias")]
    [InlineData("-Chart ./nowhere.tgz", "neither a file or folder nor the URL")]
    [InlineData("-Chart https://me:hunter22@example.com/charts", "password in its URL")]
    public async Task A_chart_that_may_not_be_the_one_meant_is_refused(string parameters, string text)
    {
        await using var stage = await StartAsync();
        var error = (await stage.RunAsync(ByHelm + parameters)).OnlyError(ErrorId.ParameterInvalid);
        Assert.Contains(text, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-HelmPath helm")]
    [InlineData("-Chart https://example.com")]
    public async Task What_is_for_helm_only_is_refused_without_it(string parameters)
    {
        await using var stage = await StartAsync();
        Assert.Contains(
            "works only with -Method Helm",
            (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c " + parameters)).OnlyError(
                ErrorId.ParameterInvalid),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helm_that_is_not_there_is_one_error_with_the_ways_out()
    {
        await using var stage = await StartAsync();
        Assert.Contains(
            "leave -Method Helm out",
            (await stage.RunAsync(ByHelm + "-HelmPath ./none/helm")).OnlyError(ErrorId.HelmNotFound),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Milvus_of_the_Operator_is_none_of_helm_s()
    {
        await using var stage = await StartAsync();
        await stage.DefineAsync("milvus.io", "v1beta1", "milvuses", "Milvus");
        stage.Put("""{"apiVersion":"milvus.io/v1beta1","kind":"Milvus","metadata":{"name":"op","namespace":"default"},"spec":{}}""");
        Assert.Contains(
            "Milvus Operator",
            (await stage.RunAsync("Enable-MilvusServiceMonitor op -Kubeconfig $c -Method Helm")).OnlyError(ErrorId.ParameterInvalid),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo v3.9.4", ErrorId.HelmTooOld, "3.14 or newer")]
    [InlineData("echo Error: unknown >&2; exit 1", ErrorId.HelmNotFound, "does not answer")]
    [InlineData("echo hello", ErrorId.HelmNotFound, "does not answer")]
    public async Task A_program_that_is_no_helm_of_today_is_refused(string script, string id, string text)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        await using var stage = await StartAsync();
        var program = stage.WriteScript("old", script + "\n");
        stage.Cluster.Requests.Clear();
        Assert.Contains(text, (await stage.RunAsync($"{ByHelm} -HelmPath {program}")).OnlyError(id), StringComparison.Ordinal);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    /// <summary>The real helm quotes no values of a release; if a chart makes it, they are still kept out.</summary>
    [Fact]
    public async Task No_secret_of_the_values_is_shown_whatever_helm_says()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        await using var stage = await StartAsync();
        var helm = stage.WriteScript("helm", """
            [ "$1" = version ] && { echo v4.1.4; exit; }
            [ "$1" = show ] && { printf 'name: milvus\nversion: 5.0.19\n'; exit; }
            echo 'WARNING: noise' >&2
            echo 'Error: UPGRADE FAILED: the password hunter22 is bad' >&2
            echo '  and so is 9007199254740993' >&2
            exit 3

            """);
        var result = await stage.Session.InvokeAsync(
            "param($c, $helm, $chart) Enable-MilvusServiceMonitor my-release -Kubeconfig $c -Method Helm -HelmPath $helm -Chart $chart "
                + "-Verbose",
            new
            {
                c = stage.Kubeconfig,
                helm,
                chart = RealHelm.Chart,
            });
        Assert.Contains(
            "the password *** is bad and so is ***; the release is as it was",
            result.OnlyError(ErrorId.HelmFailed),
            StringComparison.Ordinal);
        Assert.Contains(result.Verbose, line => line.StartsWith("helm upgrade ", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Verbose, line =>
            line.Contains("hunter22", StringComparison.Ordinal) || line.Contains("9007199254740993", StringComparison.Ordinal));
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task A_local_chart_of_another_version_is_refused()
    {
        await using var stage = await HelmStage.StartAsync(RealHelm.Newest);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        stage.CopyChart("newer", text => text.Replace("5.0.19", "5.0.20", StringComparison.Ordinal));
        stage.CopyChart("other", text => text.Replace("name: milvus", "name: minio", StringComparison.Ordinal));
        foreach (
            var (chart, text) in ((string, string)[])
                [("newer", "is milvus 5.0.20, and"), ("other", "is minio 5.0.19, and"), ("values", "is not a chart")])
        {
            Directory.CreateDirectory(Path.Combine(stage.Stage.Folder, "values"));
            var error = (
                await stage.RunAsync($"Enable-MilvusServiceMonitor my-release -Method Helm -HelmPath $helm -Chart $folder/{chart}")
            ).OnlyError(ErrorId.ParameterInvalid);
            Assert.Contains(text, error, StringComparison.Ordinal);
        }

        Assert.Equal(["deployed"], stage.Statuses());
    }

    [Theory]
    [InlineData(RealHelm.Newest)]
    [InlineData(RealHelm.Three)]
    public async Task Of_a_repository_the_installed_version_is_taken_and_not_the_newest(string helm)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        await stage.HelmAsync("package", RealHelm.Chart, "--destination", stage.Stage.Folder);
        await stage.HelmAsync(
            "package",
            stage.CopyChart("newer", text => text.Replace("5.0.19", "5.0.20", StringComparison.Ordinal)),
            "--destination",
            stage.Stage.Folder);
        await stage.HelmAsync("repo", "index", stage.Stage.Folder);
        await using var repository = FileServer.Start(stage.Stage.Folder);
        (
            await stage.RunAsync($"Enable-MilvusServiceMonitor my-release -Method Helm -HelmPath $helm -Chart {repository.Address}")
        ).EnsureNoError();
        var instance = await stage.InstanceAsync();
        Assert.Equal(("5.0.19", true, 2), (instance.ChartVersion, instance.MonitorInValues, instance.Revision));
        Assert.Contains("/milvus-5.0.19.tgz", repository.Asked);
    }

    private static async Task<Stage> StartAsync()
    {
        var stage = await Stage.StartAsync();
        new SampleMilvus
        {
            Values = JsonNode
                .Parse("""{"cluster":{"enabled":false},"minio":{"secretKey":"hunter22"},"token":9007199254740993}""")!
                .AsObject(),
        }.PutInto(stage.Cluster);
        await stage.DefineMonitorsAsync();
        return stage;
    }

    /// <summary>Serves the files of a folder over HTTP on loopback, as a chart repository does.</summary>
    private sealed class FileServer : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        private FileServer(string folder, int port)
        {
            Address = $"http://127.0.0.1:{port}/";
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _serving = ServeAsync(folder);
        }

        public string Address { get; }

        public System.Collections.Concurrent.ConcurrentBag<string> Asked { get; } = [];

        public static FileServer Start(string folder)
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            return new FileServer(folder, port);
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _listener.Close();
        }

        private async Task ServeAsync(string folder)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    var path = context.Request.Url!.AbsolutePath;
                    Asked.Add(path);
                    var file = Path.Combine(folder, path.TrimStart('/'));
                    var body = File.Exists(file) ? await File.ReadAllBytesAsync(file) : Encoding.UTF8.GetBytes("not found");
                    context.Response.StatusCode = File.Exists(file) ? 200 : 404;
                    await context.Response.OutputStream.WriteAsync(body);
                    context.Response.Close();
                }
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // Stopped.
            }
        }
    }
}
