using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Tests;

public sealed class ReleaseCatalogTests
{
    [Theory]
    [InlineData("0.18.0")]
    [InlineData("v0.18.0")]
    [InlineData("V0.18.0 ")]
    public void A_release_is_found_with_and_without_its_v(string version) =>
        Assert.Equal("v0.18.0", ReleaseCatalog.Get(version).Version);

    [Theory]
    [InlineData("0.18")]
    [InlineData("0.99.0")]
    [InlineData("")]
    public void An_unknown_release_is_answered_with_those_there_are(string version)
    {
        var error = Assert.Throws<MonitoringException>(() => ReleaseCatalog.Get(version));

        Assert.Equal(ErrorId.ReleaseUnknown, error.ErrorId);
        Assert.Contains("0.18.0, 0.17.0", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 36, "v0.18.0", false)]
    [InlineData(1, 33, "v0.18.0", false)]
    [InlineData(1, 32, "v0.16.0", false)]
    [InlineData(1, 20, "v0.8.0", false)]
    [InlineData(1, 37, "v0.18.0", true)]
    [InlineData(2, 0, "v0.18.0", true)]
    [InlineData(1, 16, "v0.7.0", true)]
    public void A_cluster_gets_the_newest_release_for_it_or_the_nearest_with_a_warning(int major, int minor, string version, bool warns)
    {
        var choice = ReleaseCatalog.Choose(new KubernetesVersion(major, minor));

        Assert.Equal(version, choice.Release.Version);
        Assert.Equal(warns, choice.Warning?.Contains($"Kubernetes {major}.{minor}", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void The_catalog_says_what_the_table_of_releases_says()
    {
        var table = File.ReadLines(Path.Combine(RealManifests.Folder(), "releases.tsv"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line[..line.LastIndexOf('\t')]);

        Assert.Equal(
            table,
            ReleaseCatalog
                .All.Reverse()
                .Select(release =>
                    $"{release.Version}\t{release.Released:yyyy-MM-dd}\t{release.OldestKubernetes}\t{release.NewestKubernetes}\t{release.ManifestsTreeId}"
                ));
    }
}
