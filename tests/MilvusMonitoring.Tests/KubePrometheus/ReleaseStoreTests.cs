using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Tests;

/// <summary>Releases from a web server on this machine, with the faults of real ones.</summary>
public sealed class ReleaseStoreTests : IAsyncLifetime
{
    private const string Namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring}\n";
    private const string Deployment =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{image: quay.io/o/i:1}]}}}\n";

    private static readonly string[] Paths = ["setup/namespace.yaml", "a.yaml"];

    private static readonly Release Release = ReleaseCatalog.All[0] with
    {
        ManifestsTreeId = GitTreeId.Compute(
        [
            ("a.yaml", GitTreeId.ComputeFile(Encoding.UTF8.GetBytes(Deployment))),
            ("setup/namespace.yaml", GitTreeId.ComputeFile(Encoding.UTF8.GetBytes(Namespace))),
        ]),
    };

    private static readonly byte[] Archive = Archives.Tar(
        ("kube-prometheus-0.18.0/manifests/a.yaml", Deployment),
        ("kube-prometheus-0.18.0/manifests/setup/namespace.yaml", Namespace),
        ("kube-prometheus-0.18.0/README.md", "text"));

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingSink _sink = new();
    private LocalSource _source = null!;

    private string Cache => Path.Combine(_folder.Path, "cache");

    private string Cached => Path.Combine(Cache, "kube-prometheus-0.18.0.tar.gz");

    public async ValueTask InitializeAsync()
    {
        _source = await LocalSource.StartAsync();
        _source.Answer = (context, _) => context.Response.Body.WriteAsync(Archive).AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_release_is_downloaded_once_and_then_comes_from_the_cache()
    {
        var first = await ReadAsync();
        var second = await ReadAsync();

        Assert.Equal(Paths, first.Select(file => file.Path));
        Assert.Equal(first.Select(ManifestTexts.Of), second.Select(ManifestTexts.Of));
        Assert.Equal("/get/v0.18.0.tar.gz", Assert.Single(_source.Requests));
        Assert.Equal([Cached], Directory.GetFileSystemEntries(Cache));
        Assert.NotEmpty(_sink.ProgressStatuses);
    }

    [Fact]
    public async Task What_is_not_the_release_is_neither_used_nor_kept()
    {
        _source.Answer = (context, _) => context.Response.Body.WriteAsync(Archives.Tar(("x/manifests/a.yaml", "evil"))).AsTask();

        var error = await Assert.ThrowsAsync<MonitoringException>(ReadAsync);

        Assert.Equal(ErrorId.ReleaseNotVerified, error.ErrorId);
        Assert.Contains(Release.ManifestsTreeId, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public async Task A_damaged_cache_is_noticed_and_replaced()
    {
        _folder.Write("cache/kube-prometheus-0.18.0.tar.gz", [0x1F, 0x8B, 1, 2]);

        await ReadAsync();
        await ReadAsync();

        Assert.Single(_source.Requests);
    }

    [Fact]
    public async Task A_cache_with_other_manifests_is_noticed_and_replaced()
    {
        _folder.Write("cache/kube-prometheus-0.18.0.tar.gz", Archives.Tar(("manifests/a.yaml", "evil")));

        Assert.Equal(Paths, (await ReadAsync()).Select(file => file.Path));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_does_not_matter()
    {
        _folder.Write("cache", [1]);

        Assert.Equal(Paths, (await ReadAsync()).Select(file => file.Path));
        Assert.Contains(_sink.VerboseLines.Concat(_sink.Warnings), line => line.Contains("could not be cached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_errors_and_broken_connections_are_tried_again()
    {
        _source.Answer = async (context, request) =>
        {
            switch (request)
            {
                case 1:
                    context.Response.StatusCode = 503;
                    break;
                case 2:
                    context.Abort();
                    break;
                case 3:
                    context.Response.ContentLength = Archive.Length;
                    await context.Response.Body.WriteAsync(Archive.AsMemory(0, 100));
                    await context.Response.Body.FlushAsync();
                    context.Abort();
                    break;
                default:
                    await context.Response.Body.WriteAsync(Archive);
                    break;
            }
        };

        Assert.Equal(Paths, (await ReadAsync()).Select(file => file.Path));
        Assert.Equal(4, _source.Requests.Count);
    }

    [Theory]
    [InlineData(502, 4)]
    [InlineData(404, 1)]
    public async Task A_server_that_keeps_failing_ends_in_one_error_with_the_way_round(int status, int attempts)
    {
        AnswerWith(context => context.Response.StatusCode = status);

        var error = await Assert.ThrowsAsync<MonitoringException>(ReadAsync);

        Assert.Equal(ErrorId.DownloadFailed, error.ErrorId);
        Assert.Contains($"responded with {status}", error.Message, StringComparison.Ordinal);
        Assert.Contains("Save-KubePrometheus -Version 0.18.0", error.Message, StringComparison.Ordinal);
        Assert.Equal(attempts, _source.Requests.Count);
    }

    [Fact]
    public async Task Redirects_are_followed_on_this_machine_and_over_https_only()
    {
        _source.Answer = (context, request) =>
        {
            context.Response.Redirect(request == 1 ? "/elsewhere" : "http://192.0.2.1/x?token=secret");
            return Task.CompletedTask;
        };

        var error = await Assert.ThrowsAsync<MonitoringException>(ReadAsync);

        Assert.Equal(["/get/v0.18.0.tar.gz", "/elsewhere"], _source.Requests);
        Assert.Contains("redirected to http://192.0.2.1/x, which is not https", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_without_end_are_ended()
    {
        AnswerWith(context => context.Response.Redirect("/again"));

        Assert.Contains("more than 5 times", (await Assert.ThrowsAsync<MonitoringException>(ReadAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_a_proxy_is_not_taken_for_an_archive()
    {
        _source.Answer = (context, _) =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>Please log in</html>");
        };

        var error = await Assert.ThrowsAsync<MonitoringException>(ReadAsync);

        Assert.Equal(ErrorId.DownloadFailed, error.ErrorId);
        Assert.Contains("text/html", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_without_end_is_ended()
    {
        _source.Answer = async (context, _) =>
        {
            var block = new byte[1 << 20];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block);
            }
        };

        Assert.Contains("more than 16 MiB", (await Assert.ThrowsAsync<MonitoringException>(ReadAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stalled_download_is_cancelled_at_once()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var stopwatch = new Stopwatch();
        _source.Answer = async (context, _) =>
        {
            await context.Response.Body.WriteAsync(Archive.AsMemory(0, 10));
            await context.Response.Body.FlushAsync();
            stopwatch.Start();
            await cancellation.CancelAsync();
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store().ReadAsync(Release, _sink, cancellation.Token));

        Assert.True(stopwatch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("http://mirror.example/{version}.tar.gz")]
    [InlineData("https://mirror.example/v0.18.0.tar.gz")]
    [InlineData("file:///tmp/{version}")]
    [InlineData("{version}")]
    public void A_source_that_is_no_https_pattern_is_refused(string pattern) =>
        Assert.Equal(ErrorId.ParameterInvalid, Assert.Throws<MonitoringException>(() => new ReleaseStore(pattern, Cache)).ErrorId);

    [Fact]
    public async Task Many_at_once_all_get_the_release_and_leave_one_whole_file()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReadAsync()));

        Assert.All(all, files => Assert.Equal(Paths, files.Select(file => file.Path)));
        Assert.Equal([Cached], Directory.GetFileSystemEntries(Cache));
    }

    [Fact]
    public async Task A_saved_release_is_read_again_lists_its_images_and_is_the_same_bytes_each_time()
    {
        var first = await SaveAsync(_folder.Path, force: false);
        var second = await SaveAsync(Path.Combine(_folder.Path, "new", "other.tgz"), force: false);

        Assert.Equal(Path.Combine(_folder.Path, "kube-prometheus-0.18.0.tar.gz"), first.Path);
        Assert.Equal(["quay.io/o/i:1"], first.Images);
        Assert.Equal(
            await File.ReadAllBytesAsync(first.Path, TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(second.Path, TestContext.Current.CancellationToken));
        Assert.Equal(Paths, (await ManifestSource.ReadAsync(first.Path, TestContext.Current.CancellationToken)).Select(file => file.Path));
    }

    [Fact]
    public async Task A_file_that_is_there_is_only_replaced_by_force()
    {
        var path = _folder.Write("there.tar.gz", [1]);

        var error = await Assert.ThrowsAsync<MonitoringException>(() => SaveAsync(path, force: false));

        Assert.Equal(ErrorId.FileNotWritten, error.ErrorId);
        Assert.Empty(_source.Requests);
        Assert.Equal(path, (await SaveAsync(path, force: true)).Path);
        Assert.True(new FileInfo(path).Length > 1);
    }

    [Fact]
    public async Task A_place_where_nothing_can_be_written_is_named()
    {
        var file = _folder.Write("file", [1]);

        var error = await Assert.ThrowsAsync<MonitoringException>(() => SaveAsync(Path.Combine(file, "x.tar.gz"), force: false));

        Assert.Equal(ErrorId.FileNotWritten, error.ErrorId);
    }

    private void AnswerWith(Action<HttpContext> answer) => _source.Answer = (context, _) =>
    {
        answer(context);
        return Task.CompletedTask;
    };

    private ReleaseStore Store() => new(_source.Address + "/get/{version}.tar.gz", Cache, TimeSpan.FromMilliseconds(1));

    private Task<IReadOnlyList<ManifestFile>> ReadAsync() => Store().ReadAsync(Release, _sink, TestContext.Current.CancellationToken);

    private Task<SavedRelease> SaveAsync(string destination, bool force) =>
        Store().SaveAsync(Release, destination, force, _sink, TestContext.Current.CancellationToken);
}
