using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;

namespace MilvusMonitoring.Tests;

public sealed class RealManifestsTests
{
    [Theory]
    [InlineData("v0.18.0", 131, 11)]
    [InlineData("v0.8.0", 108, 11)]
    public async Task A_release_is_what_the_catalog_says_and_every_object_of_it_is_read(string version, int objects, int images)
    {
        var files = await RealManifests.ReadAsync(version);

        ReleaseVerification.Verify(ReleaseCatalog.Get(version), files, version);
        var manifests = ManifestReader.Read(files, TestContext.Current.CancellationToken);

        Assert.Equal(objects, manifests.Count);
        Assert.Equal(images, ImageReferences.List(manifests).Count);
        Assert.All(
            ImageReferences.List(manifests.Select(manifest => ImageReferences.Rewrite(manifest, "mirror.local"))),
            image => Assert.StartsWith("mirror.local/", image, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("v0.18.0")]
    [InlineData("v0.8.0")]
    public async Task Every_object_belongs_to_a_component_that_people_can_name(string version)
    {
        var manifests = ManifestReader.Read(await RealManifests.ReadAsync(version), TestContext.Current.CancellationToken);

        Assert.All(manifests, manifest =>
            Assert.True(
                manifest.Id.Kind == "Namespace" || ComponentName.Known.Contains(manifest.Component),
                $"{manifest.Id}: {manifest.Component}"));
    }

    [Fact]
    public async Task One_byte_more_is_not_the_release()
    {
        var files = (await RealManifests.ReadAsync("v0.18.0")).ToList();
        using (var last = files[^1].Open())
        {
            files[^1] = new ArchivedFile(files[^1].Path, (byte[])[.. last.Bytes.Span, (byte)'\n']);
        }

        var error = Assert.Throws<MonitoringException>(() => ReleaseVerification.Verify(ReleaseCatalog.Get("v0.18.0"), files, "there"));

        Assert.Equal(ErrorId.ReleaseNotVerified, error.ErrorId);
        Assert.Contains("expected 83de0c11295364819bed69e23ee6be23a693c10f", error.Message, StringComparison.Ordinal);
    }
}
