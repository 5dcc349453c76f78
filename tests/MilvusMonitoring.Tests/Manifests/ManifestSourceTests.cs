using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Tests;

public sealed class ManifestSourceTests : IDisposable
{
    private static readonly string[] Found =
    [
        "setup/deeper/x.yaml",
        "setup/namespace.yaml",
        "a.yaml",
        "b.yml",
        "c.json",
        "grafana/UPPER.YAML",
        "grafana/rules/x.yaml",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "manifests/")]
    [InlineData("", "")]
    [InlineData("manifests", "manifests/")]
    public async Task A_folder_gives_its_manifests_at_any_depth_and_those_of_setup_first(string asked, string root)
    {
        foreach (var file in Tree(root))
        {
            _folder.Write(file.Name, Encoding.UTF8.GetBytes(file.Content));
        }

        var files = await ReadAsync(Path.Combine(_folder.Path, asked));

        Assert.Equal(Found, files.Select(file => file.Path));
        Assert.Equal("namespace", ManifestTexts.Of(files[1]));
    }

    [Theory]
    [InlineData("manifests/")]
    [InlineData("")]
    [InlineData("kube-prometheus-0.18.0/manifests/")]
    [InlineData("kube-prometheus-0.18.0/")]
    [InlineData("./manifests/")]
    public async Task An_archive_gives_the_same_whatever_its_name_and_top_folder(string root)
    {
        var tar = await ReadAsync(_folder.Write("archive.one", Archives.Tar(Tree(root))));
        var zip = await ReadAsync(_folder.Write("archive.two", Archives.Zip(0, Tree(root))));

        Assert.Equal(Found, tar.Select(file => file.Path));
        Assert.Equal(Found, zip.Select(file => file.Path));
        Assert.Equal("namespace", ManifestTexts.Of(tar[1]));
        Assert.Equal("namespace", ManifestTexts.Of(zip[1]));
    }

    /// <summary>Each shape is read alike from a folder, a tar and a zip.</summary>
    [Theory]
    // A source tree: what is outside manifests/ is named, but for the input of jsonnet.
    [InlineData(
        "jsonnetfile.json jsonnet/main.json vendor/x/y.yaml kustomization.yaml Chart.yaml examples/e.yaml manifests/setup/n.yaml manifests/grafana/g.yaml",
        "setup/n.yaml grafana/g.yaml",
        "3 files in 2 folders were not read: 3 outside the folder manifests of a source tree (., examples)")]
    [InlineData("kp-1/jsonnet/a.libsonnet kp-1/tests/e.yaml kp-1/manifests/g.yaml",
        "g.yaml",
        "1 file in 1 folder was not read: 1 outside the folder manifests of a source tree (kp-1/tests)")]
    // No source tree: everything counts.
    [InlineData("manifests/g.yaml servicemonitors/s.yaml", "manifests/g.yaml servicemonitors/s.yaml", null)]
    [InlineData("grafana/manifests/g.yaml prometheus/manifests/p.yaml", "grafana/manifests/g.yaml prometheus/manifests/p.yaml", null)]
    [InlineData("a/b/c/d/e/f/g.yaml", "g.yaml", null)]
    [InlineData("10-crds/c.yaml 00-setup/n.yaml all.yaml", "00-setup/n.yaml 10-crds/c.yaml all.yaml", null)]
    // What systems and programs leave is nobody's manifest.
    [InlineData("a.yaml ._a.yaml __MACOSX/a.yaml __MACOSX/._a.yaml .DS_Store README.md LICENSE x.sh .git/HEAD.json ..data/a.yaml", "a.yaml", null)]
    // What may be one is named.
    [InlineData(
        "a.yaml a.yaml~ old/b.yaml.bak old/#c.yml# old/d.yaml.j2 e.jsonnet",
        "a.yaml",
        "4 files in 2 folders were not read: 4 with another ending than .yaml, .yml or .json (a.yaml~, old/b.yaml.bak, old/#c.yml#, old/d.yaml.j2)")]
    [InlineData(
        "a.yaml .b.yaml .github/workflows/c.yml .idea/x.xml",
        "a.yaml",
        "2 files in 2 folders were not read: 2 hidden (., .github/workflows)")]
    public async Task Everything_is_read_or_named(string paths, string read, string? unread)
    {
        var tree = paths.Split(' ').Select(path => (path, "x")).ToArray();
        foreach (var (name, content) in tree)
        {
            _folder.Write("tree/" + name, Encoding.UTF8.GetBytes(content));
        }

        foreach (
            var place in new[]
            {
                _folder.PathOf("tree"),
                _folder.Write("tree.tar.gz", Archives.Tar(tree)),
                _folder.Write("tree.zip", Archives.Zip(0, tree)),
            })
        {
            var files = await ReadAsync(place);
            Assert.Equal(read.Split(' '), files.Select(file => file.Path));
            Assert.Equal(unread is null ? null : Sorted(unread), files.DescribeUnread() is { } text ? Sorted(text) : null);
        }

        // A folder lists its files in any order.
        static string Sorted(string text) => string.Join(", ", text.Split('(', ')')[^2].Split(", ").Order(StringComparer.Ordinal)) + text.Split('(')[0];
    }

    [Theory]
    [InlineData("kube-prometheus-stack/Chart.yaml kube-prometheus-stack/values.yaml kube-prometheus-stack/templates/sa.yaml", "Helm chart", "Save-KubePrometheus")]
    [InlineData("Chart.yaml values.yaml", "Helm chart", "Save-KubePrometheus")]
    [InlineData("manifests/a.yaml charts/x/Chart.yaml", "Helm chart", "Save-KubePrometheus")]
    [InlineData("manifests/a.yaml manifests/kustomization.yaml", "kustomization", "kubectl kustomize")]
    [InlineData("kustomization.yml a.yaml", "kustomization", "kubectl kustomize")]
    [InlineData("base/a.yaml overlay/Kustomization", "kustomization", "kubectl kustomize")]
    public async Task What_another_program_turns_into_manifests_is_refused_by_name(string paths, string what, string advice)
    {
        var tree = paths.Split(' ').Select(path => (path, "x")).ToArray();
        foreach (var (name, content) in tree)
        {
            _folder.Write("tree/" + name, Encoding.UTF8.GetBytes(content));
        }

        await RefusedAsync(_folder.PathOf("tree"), ErrorId.ManifestInvalid, what, advice, "Nothing was applied");
        await RefusedAsync(Archives.Tar(tree), ErrorId.ManifestInvalid, what, advice);
        await RefusedAsync(Archives.Zip(0, tree), ErrorId.ManifestInvalid, what, advice);
    }

    [Fact]
    public async Task A_single_kustomization_is_refused_by_its_name() =>
        await RefusedAsync(_folder.Write("kustomization.yaml", "resources: []"u8.ToArray()), ErrorId.ManifestInvalid, "kubectl kustomize");

    [Fact]
    public async Task A_folder_that_is_a_link_is_named_and_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "only an administrator may create links");
        _folder.Write("elsewhere/b.yaml", "x"u8.ToArray());
        _folder.Write("tree/a.yaml", "x"u8.ToArray());
        Directory.CreateSymbolicLink(_folder.PathOf("tree/linked"), _folder.PathOf("elsewhere"));
        Directory.CreateSymbolicLink(_folder.PathOf("tree/loop"), _folder.PathOf("tree"));

        var files = await ReadAsync(_folder.PathOf("tree"));

        Assert.Equal(["a.yaml"], files.Select(file => file.Path));
        Assert.StartsWith("2 files in 2 folders were not read: 2 in a folder that is a link (", files.DescribeUnread(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_git_writes_about_the_commit_is_passed_over()
    {
        var archive = Archives.Tar(
            new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = "3db4d3b" }),
            Archives.File("x/manifests/a.yaml", "a"));

        Assert.Equal("a.yaml", Assert.Single(await ReadAsync(_folder.Write("x.tar.gz", archive))).Path);
    }

    [Fact]
    public async Task A_single_file_is_taken_as_it_is() =>
        Assert.Equal("one.yaml", Assert.Single(await ReadAsync(_folder.Write("one.yaml", "a: 1"u8.ToArray()))).Path);

    [Fact]
    public async Task A_path_that_is_not_there_is_named()
    {
        var path = Path.Combine(_folder.Path, "nothing");

        await RefusedAsync(path, ErrorId.ManifestNotFound, path + " does not exist");
    }

    [Fact]
    public async Task A_folder_without_manifests_says_what_was_looked_for()
    {
        _folder.Write("README.md", [1]);

        await RefusedAsync(_folder.Path, ErrorId.ManifestNotFound, "searched for *.yaml, *.yml and *.json in");
    }

    [Fact]
    public async Task An_archive_without_manifests_says_what_was_looked_for() =>
        await RefusedAsync(
            Archives.Tar(("x/README.md", "a")),
            ErrorId.ManifestNotFound,
            "searched for *.yaml, *.yml and *.json in all its folders");

    [Theory]
    [InlineData("../evil.yaml", "leads out")]
    [InlineData("manifests/../../evil.yaml", "leads out")]
    [InlineData("manifests\\..\\..\\evil.yaml", "leads out")]
    [InlineData("/etc/evil.yaml", "absolute")]
    [InlineData("C:\\evil.yaml", "absolute")]
    [InlineData("C:/evil.txt", "absolute")]
    public async Task A_path_that_leaves_the_archive_is_refused_by_name(string name, string reason)
    {
        await RefusedAsync(Archives.Tar(("manifests/a.yaml", "a"), (name, "b")), ErrorId.ArchiveInvalid, $"'{name}'", reason);
        await RefusedAsync(Archives.Zip(0, ("manifests/a.yaml", "a"), (name, "b")), ErrorId.ArchiveInvalid, $"'{name}'", reason);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink, "symbolic link")]
    [InlineData(TarEntryType.HardLink, "hard link")]
    [InlineData(TarEntryType.CharacterDevice, "device")]
    [InlineData(TarEntryType.BlockDevice, "device")]
    [InlineData(TarEntryType.Fifo, "named pipe")]
    public async Task Links_and_devices_are_refused_by_name(TarEntryType type, string reason)
    {
        var entry = new PaxTarEntry(type, "manifests/secret.yaml");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "/etc/passwd";
        }

        await RefusedAsync(
            Archives.Tar(Archives.File("manifests/a.yaml", "a"), entry),
            ErrorId.ArchiveInvalid,
            "'manifests/secret.yaml'",
            reason);
    }

    [Theory]
    [InlineData(0xA1FF)]
    [InlineData(0x21FF)]
    public async Task A_link_or_device_in_a_zip_is_refused_by_name(int mode) =>
        await RefusedAsync(
            Archives.Zip(mode << 16, ("manifests/a.yaml", "a"), ("manifests/secret.yaml", "/etc/passwd")),
            ErrorId.ArchiveInvalid,
            "'manifests/secret.yaml'",
            "link or a device");

    [Fact]
    public async Task Ten_thousand_entries_are_refused()
    {
        var files = Enumerable.Range(0, 10_000).Select(number => ($"manifests/{number}.txt", "")).ToArray();

        await RefusedAsync(Archives.Tar(files), ErrorId.ArchiveInvalid, "more than 5,000 entries");
        await RefusedAsync(Archives.Zip(0, files), ErrorId.ArchiveInvalid, "more than 5,000 entries");
    }

    [Fact]
    public async Task A_gigabyte_of_zeros_is_refused()
    {
        var bare = Archives.GZip(WriteGigabyte);
        var inEntry = Archives.Tar(new PaxTarEntry(TarEntryType.RegularFile, "x/other.bin") { DataStream = new Zeros(1L << 30) });
        var inManifest = Archives.Tar(new PaxTarEntry(TarEntryType.RegularFile, "x/manifests/a.yaml") { DataStream = new Zeros(1L << 30) });

        await RefusedAsync(inEntry, ErrorId.ArchiveInvalid, "unpacks to more than 256 MiB");
        await RefusedAsync(inManifest, ErrorId.ArchiveInvalid, "'x/manifests/a.yaml' with more than 16 MiB");
        await RefusedAsync(bare, ErrorId.ArchiveInvalid, "unpacks to more than 256 MiB");
    }

    [Fact]
    public async Task A_zip_that_understates_the_size_of_its_entry_is_refused()
    {
        var zip = Archives.Zip(0, ("manifests/a.yaml", new string('0', 10 * 1024 * 1024)));

        // The length stands as a little-endian number in the local header and again in the directory.
        var stated = BitConverter.GetBytes(10 * 1024 * 1024);
        for (var at = zip.AsSpan().IndexOf(stated); at >= 0; at = zip.AsSpan().IndexOf(stated))
        {
            BitConverter.GetBytes(100).CopyTo(zip, at);
        }

        await RefusedAsync(zip, ErrorId.ArchiveInvalid, "is damaged");
    }

    [Fact]
    public async Task A_zip_whose_content_was_changed_is_refused()
    {
        var zip = Archives.Zip(0, ("manifests/a.yaml", "abc"));
        zip[zip.AsSpan().IndexOf("abc"u8)] = (byte)'x';

        await RefusedAsync(zip, ErrorId.ArchiveInvalid, "is damaged");
    }

    [Fact]
    public async Task A_header_that_says_it_is_two_gigabytes_is_refused()
    {
        using var packed = new GZipStream(new MemoryStream(Archives.Tar(("manifests/a.yaml", "a"))), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        await packed.CopyToAsync(unpacked, TestContext.Current.CancellationToken);
        var tar = unpacked.ToArray();
        "17777777777"u8.CopyTo(tar.AsSpan(124));
        // The checksum counts itself as spaces.
        tar.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes($"{Convert.ToString(tar[..512].Sum(item => item), 8),6}\0").CopyTo(tar.AsSpan(148));

        await RefusedAsync(Archives.GZip(stream => stream.Write(tar)), ErrorId.ArchiveInvalid, "has a header with more than 64 KiB");
    }

    [Fact]
    public async Task An_entry_that_stands_twice_is_refused() =>
        await RefusedAsync(Archives.Tar(("manifests/a.yaml", "a"), ("manifests/a.yaml", "b")), ErrorId.ArchiveInvalid, "'manifests/a.yaml' twice");

    [Fact]
    public async Task Two_folders_of_manifests_are_refused() =>
        await RefusedAsync(
            Archives.Tar(("x/manifests/a.yaml", "a"), ("y/manifests/a.yaml", "b")),
            ErrorId.ArchiveInvalid,
            "'x/manifests', 'y/manifests'");

    [Fact]
    public async Task What_is_no_archive_is_refused() =>
        await RefusedAsync("just text"u8.ToArray(), ErrorId.ArchiveInvalid, "neither a gzipped tar nor a zip");

    [Fact]
    public async Task An_archive_that_is_cut_anywhere_is_refused()
    {
        var text = string.Concat(Enumerable.Range(0, 2000).Select(number => $"key{number}: {number * 7919}\n"));
        var tar = Archives.Tar(("x/manifests/a.yaml", text), ("x/manifests/b.yaml", text));
        var zip = Archives.Zip(0, ("x/manifests/a.yaml", text), ("x/manifests/b.yaml", text));

        foreach (var part in Enumerable.Range(1, 19))
        {
            await RefusedAsync(tar[..(tar.Length * part / 20)], ErrorId.ArchiveInvalid);
            await RefusedAsync(zip[..(zip.Length * part / 20)], ErrorId.ArchiveInvalid);
        }
    }

    [Fact]
    public async Task An_archive_with_damaged_bytes_ends_in_files_or_in_one_error()
    {
        var originals = new[]
        {
            Archives.Tar(("x/manifests/a.yaml", "a: 1"), ("x/manifests/setup/b.yaml", "b: 1")),
            Archives.Zip(0, ("x/manifests/a.yaml", "a: 1"), ("x/manifests/setup/b.yaml", "b: 1")),
        };
        var random = new Random(20261122);
        for (var round = 0; round < 1000; round++)
        {
            var damaged = (byte[])originals[round % 2].Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                damaged[random.Next(4, damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                await ReadAsync(_folder.Write("damaged", damaged));
            }
            catch (MonitoringException error)
            {
                Assert.Contains(error.ErrorId, new[] { ErrorId.ArchiveInvalid, ErrorId.ManifestNotFound });
            }
        }
    }

    private static (string Name, string Content)[] Tree(string root) =>
    [
        (root + "c.json", "{}"),
        (root + "b.yml", "b"),
        (root + "a.yaml", "a"),
        (root + "README.md", "text"),
        (root + "setup/namespace.yaml", "namespace"),
        (root + "setup/deeper/x.yaml", "x"),
        (root + "grafana/UPPER.YAML", "x"),
        (root + "grafana/rules/x.yaml", "x"),
    ];

    private static void WriteGigabyte(Stream stream)
    {
        var block = new byte[1 << 20];
        for (var written = 0; written < 1024; written++)
        {
            stream.Write(block);
        }
    }

    private static Task<ManifestFiles> ReadAsync(string path) =>
        ManifestSource.ReadAsync(path, TestContext.Current.CancellationToken);

    private Task RefusedAsync(byte[] archive, string errorId, params string[] expected) =>
        RefusedAsync(_folder.Write("hostile", archive), errorId, expected);

    private static async Task RefusedAsync(string path, string errorId, params string[] expected)
    {
        var error = await Assert.ThrowsAsync<MonitoringException>(() => ReadAsync(path));
        Assert.Equal(errorId, error.ErrorId);
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>Zeros without the memory for them.</summary>
    private sealed class Zeros(long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - Position);
            Array.Clear(buffer, offset, read);
            Position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
