using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Milvus.Helm;
using MilvusMonitoring.Tests.Kubernetes;

namespace MilvusMonitoring.Tests.Bounded;

/// <summary>Records, programs and files that unpack, print or nest without end: each reader gives up, and says what its limit is.</summary>
[Collection(Alone.Name)]
public sealed class HostileInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_of_Helm_that_unpacks_to_much_is_damaged()
    {
        var bomb = Convert.ToBase64String(Pack("{\"name\":\"", 256 << 20));
        await Allocations.HoldsAsync(() =>
        {
            Assert.Null(HelmRecordReader.ReadSecret(Convert.ToBase64String(Encoding.ASCII.GetBytes(bomb)), out var damage));
            Assert.Equal("it unpacks to more than 16 MiB", damage);
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData("name")]
    [InlineData("config")]
    public async Task A_record_of_Helm_with_a_long_value_is_damaged(string member)
    {
        var value = member == "name" ? new string('a', 15 << 20) : new string(' ', 15 << 20) + "\"}";
        var text = member == "name"
            ? $$"""{"name":"{{value}}"}"""
            : """{"name":"a","version":1,"info":{"status":"deployed"},"chart":{"metadata":{"name":"milvus","version":"1"}},"""
                + "\"config\":{\"metrics\":\"" + value + "}";
        var record = Convert.ToBase64String(Pack(text, 0));
        await Allocations.HoldsAsync(() =>
        {
            Assert.Null(HelmRecordReader.Read(record, out var damage));
            Assert.Equal($"its value '{(member == "name" ? "name" : "metrics")}' has more than 64 KiB", damage);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_record_of_Helm_with_many_values_or_charts_is_damaged()
    {
        const string Start = """{"name":"a","version":1,"info":{"status":"deployed"},"chart":{"metadata":{"name":"milvus","version":"1"}},""";
        var many = Enumerable.Range(0, 200_000);
        var values = Start + "\"config\":{" + string.Join(',', many.Select(number => $"\"a{number}\":true")) + "}}";
        var charts = Start + "\"manifest\":\"" + string.Concat(many.Select(number => $"---\\n# Source: a/charts/{number}/templates/b\\n")) + "\"}";
        foreach (var (text, expected) in ((string, string)[])
            [
                (values, "its values have more than 1 MiB, of those that are read"),
                (charts, "the names of its charts have more than 64 KiB"),
            ])
        {
            var record = Convert.ToBase64String(Pack(text, 0));
            await Allocations.HoldsAsync(() =>
            {
                Assert.Null(HelmRecordReader.Read(record, out var damage));
                Assert.Equal(expected, damage);
                return Task.CompletedTask;
            });
        }
    }

    [Fact]
    public async Task An_exec_plugin_that_prints_without_end_is_ended()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The plugin is a shell script.");
        _folder.WriteScript("plugin", "exec cat /dev/zero");
        var settings = Settings("server: 'https://127.0.0.1'", "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin}");
        var plugin = new ExecCredentialPlugin(settings, ExecCredentialPlugin.DefaultLimit);
        var error = await Allocations.FailsAsync(() => plugin.RunAsync(Cancellation));
        Assert.Equal(ErrorId.CredentialPluginFailed, error.ErrorId);
        Assert.Contains("printed more than 1 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kubeconfig_and_its_files_that_never_end_are_given_up()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no file without end.");
        var kubeconfig = await Allocations.FailsAsync(() => Task.FromResult(Resolve("/dev/zero")));
        Assert.Equal(ErrorId.KubeconfigInvalid, kubeconfig.ErrorId);

        var settings = Settings("server: 'https://127.0.0.1', certificate-authority: /dev/zero", "tokenFile: /dev/zero");
        var authority = await Allocations.FailsAsync(() => Task.FromResult(PemFiles.ReadBundle(settings.CertificateAuthority, "the CA")));
        Assert.Contains("it has more than 1 MiB", authority.Message, StringComparison.Ordinal);
        using var token = new TokenFileCredential(settings.User, null, TimeProvider.System);
        var error = await Allocations.FailsAsync(() => token.GetAsync(Cancellation).AsTask());
        Assert.Contains("it has more than 1 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_of_an_alert_that_is_long_or_deep_is_not_judged()
    {
        Assert.NotNull(PromQlReader.Find("a + " + new string(' ', Bounds.AlertExpression.Limit - 5) + "b"));
        Assert.Null(PromQlReader.Find("a + " + new string(' ', Bounds.AlertExpression.Limit) + "b"));
        Assert.NotNull(PromQlReader.Find(new string('(', 90) + "a" + new string(')', 90)));
        Assert.Null(PromQlReader.Find(new string('(', 30_000) + "a" + new string(')', 30_000)));
    }

    [Fact]
    public async Task A_kubeconfig_of_many_values_is_given_up()
    {
        var path = _folder.Write("config", "a: [" + string.Concat(Enumerable.Repeat("a,", 2_000_000)) + "a]");
        var error = await Allocations.FailsAsync(() => Task.FromResult(Resolve(path)));
        Assert.Contains("It has more than 100,000 values", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anchors_within_anchors_are_given_up()
    {
        var nested = string.Concat(Enumerable.Range(0, 100).Select(level => $"&a{level} ["));
        var path = _folder.Write("a.yaml", $"a: {nested}{new string('x', 1 << 20)}{new string(']', 100)}\n");
        var files = await ManifestSource.ReadAsync(path, Cancellation);
        var error = await Allocations.FailsAsync(() => Task.FromResult(ManifestReader.Read(files, Cancellation)));
        Assert.Contains("names more than 4 MiB by anchors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_many_documents_is_given_up()
    {
        foreach (var document in (string[])["---\na: 1\n", "---\n{}\n"])
        {
            var path = _folder.Write("a.yaml", string.Concat(Enumerable.Repeat(document, 100_000)));
            var files = await ManifestSource.ReadAsync(path, Cancellation);
            var error = await Allocations.FailsAsync(() => Task.FromResult(ManifestReader.Read(files, Cancellation)));
            Assert.Contains("has more than 5,000 documents", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(TarEntryType.ExtendedAttributes)]
    [InlineData(TarEntryType.GlobalExtendedAttributes)]
    [InlineData(TarEntryType.LongPath)]
    public async Task A_header_of_a_tar_that_asks_for_a_gigabyte_is_refused(TarEntryType type)
    {
        var path = _folder.PathOf("a.tar.gz");
        await File.WriteAllBytesAsync(path, Gzip(Header(type, 1L << 30)), Cancellation);
        var error = await Allocations.FailsAsync(() => ManifestSource.ReadAsync(path, Cancellation));
        Assert.Equal(ErrorId.ArchiveInvalid, error.ErrorId);
        Assert.Contains("has a header with more than 64 KiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tar_whose_attributes_hide_the_size_of_an_entry_is_refused()
    {
        var path = _folder.PathOf("a.tar.gz");
        var attributes = "16 size=1048576\n"u8.ToArray();
        byte[] tar = [.. Header(TarEntryType.ExtendedAttributes, attributes.Length), .. attributes, .. new byte[512 - attributes.Length]];
        await File.WriteAllBytesAsync(path, Gzip(tar), Cancellation);
        var error = await Assert.ThrowsAsync<MonitoringException>(() => ManifestSource.ReadAsync(path, Cancellation));
        Assert.Contains("has a header with more than 64 KiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zip_with_a_large_directory_is_refused_before_it_is_read()
    {
        var path = _folder.PathOf("a.zip");
        var stream = File.Create(path);
        await using (stream.ConfigureAwait(false))
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
            for (var entry = 0; entry < 6000; entry++)
            {
                zip.CreateEntry($"x{entry}");
            }
        }

        var error = await Allocations.FailsAsync(() => ManifestSource.ReadAsync(path, Cancellation));
        Assert.Contains("has more than 5,000 entries", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_many_or_large_manifests_is_refused()
    {
        var folder = Directory.CreateDirectory(_folder.PathOf("large")).FullName;
        foreach (var name in (string[])["a.yaml", "b.yaml", "c.yaml"])
        {
            using var file = File.Create(Path.Combine(folder, name));
            file.SetLength(15 << 20);
        }

        var error = await Allocations.FailsAsync(() => ManifestSource.ReadAsync(folder, Cancellation));
        Assert.Equal(ErrorId.ManifestInvalid, error.ErrorId);
        Assert.Contains("exceeds the limit of 32 MiB for all manifests of a folder", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Header(TarEntryType type, long size)
    {
        var header = new byte[512];
        "x/manifests/a.yaml"u8.CopyTo(header);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0')).CopyTo(header.AsSpan(124));
        header[156] = (byte)type;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0").CopyTo(header.AsSpan(148));
        return header;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var packing = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(content);
        }

        return packed.ToArray();
    }

    private static byte[] Pack(string text, int more)
    {
        using var packed = new MemoryStream();
        using (var packing = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(Encoding.UTF8.GetBytes(text));
            var block = new byte[1 << 20];
            for (var written = 0; written < more; written += block.Length)
            {
                packing.Write(block);
            }
        }

        return packed.ToArray();
    }

    private static ClusterSettings Resolve(string path) =>
        MergedKubeconfig.Resolve(new ClusterTarget(path, null), TestKubeconfig.Nowhere);

    private ClusterSettings Settings(string cluster, string user) => Resolve(_folder.Write("config", TestKubeconfig.Text(cluster, user)));
}
