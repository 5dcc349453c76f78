using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Tests;

public sealed class FolderFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void It_gives_the_same_bytes_each_time()
    {
        var file = new FolderFile("setup/a.yaml", _folder.Write("a.yaml", "one"u8.ToArray()));

        Assert.Equal(("setup/a.yaml", 3L), (file.Path, file.Length));
        Assert.Equal(["one", "one"], [ManifestTexts.Of(file), ManifestTexts.Of(file)]);
    }

    [Theory]
    [InlineData("two")]
    [InlineData("on")]
    [InlineData("one more")]
    public void What_is_changed_between_two_readings_is_not_taken_for_what_was_read_first(string then)
    {
        var file = new FolderFile("a.yaml", _folder.Write("a.yaml", "one"u8.ToArray()));
        Assert.Equal("one", ManifestTexts.Of(file));
        _folder.Write("a.yaml", System.Text.Encoding.UTF8.GetBytes(then));

        var error = Assert.Throws<MonitoringException>(() => ManifestTexts.Of(file));

        Assert.Equal(ErrorId.ManifestInvalid, error.ErrorId);
        Assert.Contains("has changed since the plan was made, and was not applied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_gone_by_the_time_it_is_read_is_said()
    {
        var path = _folder.Write("a.yaml", "one"u8.ToArray());
        var file = new FolderFile("a.yaml", path);
        File.Delete(path);

        var error = Assert.Throws<MonitoringException>(() => ManifestTexts.Of(file));

        Assert.Equal((ErrorId.ManifestNotFound, path), (error.ErrorId, error.Target));
    }

    [Fact]
    public void A_file_that_no_manifest_can_be_is_not_read()
    {
        var path = _folder.PathOf("a.yaml");
        using (var stream = File.Create(path))
        {
            stream.SetLength(Bounds.Manifest.Limit + 1L);
        }

        Assert.Contains(
            "more than the 16 MiB",
            Assert.Throws<MonitoringException>(() => ManifestTexts.Of(new FolderFile("a.yaml", path))).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
