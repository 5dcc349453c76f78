using System.Text;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Tests.Kubernetes;

namespace MilvusMonitoring.Tests;

/// <summary>What a git of Windows checks out with CR LF is what the repository has.</summary>
public sealed class LineBreakTests : IDisposable
{
    private const string ConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  text: |\n    one\n\n    two\n  folded: >-\n    x\n    y\n";

    private const string Json = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"ConfigMap\",\n  \"metadata\": {\"name\": \"b\"}, \"data\": {\"x\": \"a\\r\\nb\"}\n}\n";

    private static readonly (string Name, string Content)[] Files = [("a.yaml", ConfigMap), ("b.json", Json)];

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("", "")]
    [InlineData("a\n", "a\n")]
    [InlineData("\r\n", "\n")]
    [InlineData("a\r\n\r\nb\r\nc", "a\n\nb\nc")]
    [InlineData("a\rb\r", "a\rb\r")]
    [InlineData("a\r\r\nb\n\r\n", "a\r\nb\n\n")]
    public void Only_a_carriage_return_before_a_line_feed_goes(string text, string expected)
    {
        var content = Encoding.UTF8.GetBytes(text);
        Assert.Equal(expected, Encoding.UTF8.GetString(content, 0, LineBreaks.Unify(content)));
    }

    [Fact]
    public void In_UTF_16_the_two_bytes_may_be_a_letter()
    {
        var content = Encoding.BigEndianUnicode.GetBytes("\uFEFFa\u0D0A");
        Assert.Equal(content.Length, LineBreaks.Unify(content));
    }

    [Fact]
    public async Task Manifests_with_either_have_the_same_objects_and_the_same_digest_from_a_folder_and_from_archives()
    {
        (string, string)[] windows = [.. Files.Select(file => (file.Name, file.Content.ReplaceLineEndings("\r\n")))];
        var expected = await ReadAsync(WriteFolder("lf", Files));

        foreach (
            var place in new[]
            {
                WriteFolder("crlf", windows),
                _folder.Write("crlf.zip", Archives.Zip(0, windows)),
                _folder.Write("crlf.tar.gz", Archives.Tar(windows)),
            })
        {
            var found = await ReadAsync(place);
            Assert.Equal(expected.Digest, found.Digest);
            Assert.Equal(expected.Objects.Select(Describe), found.Objects.Select(Describe));
        }

        static string Describe(ManifestObject manifest) => $"{manifest.Id} {manifest.Line} {manifest.Hash} {manifest.ReadJson()}";
    }

    [Fact]
    public async Task A_release_that_was_checked_out_with_them_is_still_that_release()
    {
        var release = Path.Combine(RealManifests.Folder(), "v0.18.0");
        foreach (var file in Directory.EnumerateFiles(release, "*.yaml", SearchOption.AllDirectories))
        {
            _folder.Write(
                Path.GetRelativePath(release, file),
                File.ReadAllText(file).Replace("\n", "\r\n", StringComparison.Ordinal));
        }

        Assert.Equal("v0.18.0", (await ReadAsync(_folder.Path)).Release?.Version);
    }

    [Fact]
    public void A_kubeconfig_with_either_has_the_same_settings()
    {
        const string Text = """
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u}}]
            clusters:
            - name: c
              cluster:
                server: https://k:1
                tls-server-name: >-
                  n
            users:
            - name: u
              user:
                username: |-
                  me
                  too
                password: 'x
                  y'
            """;

        var settings = new[] { Text.ReplaceLineEndings("\n"), Text.ReplaceLineEndings("\r\n") }
            .Select(content => MergedKubeconfig.Resolve(new ClusterTarget(_folder.Write("config", content), null), TestKubeconfig.Nowhere))
            .Select(found => $"{found.Context} {found.Server} {found.TlsServerName} {found.User.Username} {found.User.Password}");

        Assert.Equal(Enumerable.Repeat("x https://k:1/ n me\ntoo x y", 2), settings);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<ManifestSet> ReadAsync(string path) => new(
        path,
        await ManifestSource.ReadAsync(path, TestContext.Current.CancellationToken),
        ManifestSelection.All,
        "default",
        TestContext.Current.CancellationToken);

    private string WriteFolder(string name, IEnumerable<(string Name, string Content)> files)
    {
        foreach (var (file, content) in files)
        {
            _folder.Write($"{name}/{file}", content);
        }

        return _folder.PathOf(name);
    }
}
