using System.Text;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Tests.KubePrometheus;

/// <summary>Which files are opened, and when.</summary>
public sealed class ManifestSetTests : IDisposable
{
    private const int Large = 20_000;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Objects_of_a_few_files_are_read_from_those_files_only()
    {
        var files = new[] { new CountingFile("a.yaml", ConfigMap("a", 1)), new CountingFile("b.yaml", ConfigMap("b", 1)) };
        var manifests = Of(files);
        var before = files.Select(file => file.Opened).ToList();

        Assert.Equal("b", Assert.Single(manifests.ReadFrom(new HashSet<string> { "b.yaml" })).Id.Name);

        Assert.Equal([before[0], before[1] + 1], files.Select(file => file.Opened));
    }

    [Fact]
    public void Large_content_is_read_again_each_time_and_small_content_is_held()
    {
        var files = new[]
        {
            new CountingFile("large.yaml", ConfigMap("large", Large)),
            new CountingFile("small.yaml", ConfigMap("small", 1)),
        };
        var objects = Of(files).Objects;
        var before = files.Select(file => file.Opened).ToList();

        var texts = objects.Select(manifest => (First: Text(manifest), Second: Text(manifest))).ToList();

        Assert.All(texts, text => Assert.Equal(text.First, text.Second));
        Assert.Equal(objects.Select(manifest => manifest.Length), texts.Select(text => Encoding.UTF8.GetByteCount(text.First)));
        Assert.Equal([before[0] + 2, before[1]], files.Select(file => file.Opened));
    }

    [Fact]
    public void Content_that_is_read_again_is_changed_as_it_was_the_first_time()
    {
        var pod =
            $"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  nodeName: {new string('x', Large)}\n  containers:\n  - image: "
                + "quay.io/a:1\nstatus:\n  phase: Running\n";
        var manifest = Assert.Single(Of([new CountingFile("a.yaml", pod)], new ManifestSelection([], "mirror.local")).Objects);

        Assert.Contains("\"image\":\"mirror.local/a:1\"", Text(manifest), StringComparison.Ordinal);
        Assert.DoesNotContain("Running", Text(manifest), StringComparison.Ordinal);
        Assert.Equal(manifest.Hash, manifest.With(manifest.ReadJson()).Hash);
    }

    [Fact]
    public async Task A_file_that_is_no_longer_what_was_planned_is_not_sent()
    {
        var path = _folder.Write("a.yaml", ConfigMap("a", Large));
        var manifest = Assert.Single(Of(await ManifestSource.ReadAsync(_folder.Path, TestContext.Current.CancellationToken)).Objects);
        await File.AppendAllTextAsync(path, "more: 1\n", TestContext.Current.CancellationToken);

        Assert.Equal(
            (ErrorId.ManifestInvalid, path),
            Assert.Throws<MonitoringException>(() => manifest.ReadJson()) is var error ? (error.ErrorId, error.Target) : default);
    }

    [Fact]
    public async Task A_file_that_changes_before_it_is_parsed_is_one_error()
    {
        var path = _folder.Write("a.yaml", ConfigMap("a", Large));
        var manifests = Of(await ManifestSource.ReadAsync(_folder.Path, TestContext.Current.CancellationToken));
        await File.AppendAllTextAsync(path, "more: 1\n", TestContext.Current.CancellationToken);

        Assert.Equal(path, Assert.Throws<MonitoringException>(() => manifests.Objects).Target);
    }

    public void Dispose() => _folder.Dispose();

    private static ManifestSet Of(IReadOnlyList<ManifestFile> files, ManifestSelection? selection = null) =>
        new("there", files, selection ?? ManifestSelection.All, "default", TestContext.Current.CancellationToken);

    private static string ConfigMap(string name, int length) =>
        $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  text: {new string('x', length)}\n";

    private static string Text(ManifestObject manifest) => Encoding.UTF8.GetString(manifest.ReadJson().Span);

    private sealed class CountingFile(string path, string text) : ManifestFile(path, Encoding.UTF8.GetByteCount(text))
    {
        public int Opened { get; private set; }

        public override ManifestContent Open()
        {
            Opened++;
            return new ManifestContent(Encoding.UTF8.GetBytes(text));
        }
    }
}
