using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>The release for a cluster.</summary>
/// <param name="Warning">A warning if the release is not tested against the cluster's Kubernetes; else null.</param>
internal sealed record ReleaseChoice(Release Release, string? Warning);

/// <summary>The releases of kube-prometheus that this module supports.</summary>
/// <remarks>
/// Sources: the tags of prometheus-operator/kube-prometheus, the compatibility tables of its README, and the git tree ids of
/// <c>manifests/</c> at those tags.
/// </remarks>
internal static class ReleaseCatalog
{
    /// <summary>All releases, newest first.</summary>
    public static IReadOnlyList<Release> All { get; } =
    [
        new("v0.18.0", new(2026, 6, 18), new(1, 33), new(1, 36), "83de0c11295364819bed69e23ee6be23a693c10f"),
        new("v0.17.0", new(2026, 3, 19), new(1, 33), new(1, 35), "450687c78440218423ad543c1dddec8b8325b9fd"),
        new("v0.16.0", new(2025, 8, 28), new(1, 31), new(1, 34), "0dba498d854a043f76badefaaaaac3647650574d"),
        new("v0.15.0", new(2025, 6, 4), new(1, 31), new(1, 33), "d0ca2314abc7b078a82a79ef63f7d6f742ccd6ec"),
        new("v0.14.0", new(2024, 9, 12), new(1, 26), new(1, 31), "f3761dbd9ec33eda086d97a3a4b16ef59316665f"),
        new("v0.13.0", new(2023, 9, 6), new(1, 26), new(1, 28), "7a575537cfbf48a8f83bc0a6e8514f44feba4668"),
        new("v0.12.0", new(2023, 1, 24), new(1, 24), new(1, 25), "b696e06cc9e4820a998904e586ea5fc507d7e17a"),
        new("v0.11.0", new(2022, 6, 17), new(1, 23), new(1, 24), "abc49b19c25f5ec368e4fe0a609dad4e18febacd"),
        new("v0.10.0", new(2021, 12, 20), new(1, 22), new(1, 23), "522b0b54f682e218b3ead1d5a585aa5ac60ac4c8"),
        new("v0.9.0", new(2021, 10, 20), new(1, 21), new(1, 22), "105ca8b0e06827fce14e0c34a860bc38c3c5677f"),
        new("v0.8.0", new(2021, 4, 27), new(1, 20), new(1, 21), "3775ab7db5e3fed498ff5b1bf9bbbfd5e1f9303c"),
        new("v0.7.0", new(2020, 12, 10), new(1, 19), new(1, 20), "8549fd3476b419898728cb683d2981a808ed75ca"),
    ];

    /// <summary>Gets a release by its version.</summary>
    /// <param name="version">The version, with or without <c>v</c>.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ReleaseUnknown"/>: the catalog has no such release.</exception>
    public static Release Get(string version)
    {
        var wanted = version.Trim();
        return All.FirstOrDefault(release => AreSame(release.Version, wanted) || AreSame(release.Number, wanted))
            ?? throw new MonitoringException(
                ErrorId.ReleaseUnknown,
                $"kube-prometheus '{version}' is not in this module's catalog ({string.Join(", ", All.Select(release => release.Number))})",
                "choose one of these, or give the manifests with -Path",
                version);
    }

    /// <summary>
    /// Chooses the newest release that is tested against a Kubernetes version. If there is none, chooses the nearest release, with a
    /// warning; of two equally near releases the newer.
    /// </summary>
    public static ReleaseChoice Choose(KubernetesVersion kubernetes)
    {
        if (All.FirstOrDefault(release => release.Supports(kubernetes)) is { } tested)
        {
            return new ReleaseChoice(tested, null);
        }

        var nearest = All.MinBy(release => ComputeDistance(release, kubernetes))!;
        return new ReleaseChoice(
            nearest,
            $"No release of kube-prometheus in this module's catalog is tested against Kubernetes {kubernetes}; "
            + $"taking the nearest, {nearest.Number}, which is tested against {nearest.OldestKubernetes} to {nearest.NewestKubernetes}. "
            + "Choose another with -Version or -Path.");
    }

    private static int ComputeDistance(Release release, KubernetesVersion kubernetes)
    {
        // A major version counts more than any number of minor versions.
        static int ComputeNumber(KubernetesVersion version) => (version.Major * 1000) + version.Minor;
        return kubernetes.CompareTo(release.NewestKubernetes) > 0
            ? ComputeNumber(kubernetes) - ComputeNumber(release.NewestKubernetes)
            : ComputeNumber(release.OldestKubernetes) - ComputeNumber(kubernetes);
    }

    private static bool AreSame(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
