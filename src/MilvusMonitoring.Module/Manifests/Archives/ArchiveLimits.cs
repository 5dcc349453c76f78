namespace MilvusMonitoring.Manifests.Archives;

/// <summary>
/// How much an archive may hold. The largest release so far: 0.9 MB packed, 320 entries, 10 MB unpacked, 5.6 MB of it manifests.
/// </summary>
internal static class ArchiveLimits
{
    /// <summary>The packed size: what is downloaded or read from disk at most.</summary>
    public const long MaximumPackedBytes = 64L * 1024 * 1024;

    /// <summary>All entries unpacked, those that are passed over included: 25 times the largest release, and the end of a bomb.</summary>
    public const long MaximumUnpackedBytes = 256L * 1024 * 1024;

    /// <summary>The manifests, which are kept in memory.</summary>
    public const long MaximumManifestBytes = 64L * 1024 * 1024;

    /// <summary>Entries, folders included: 15 times the largest release.</summary>
    public const int MaximumEntries = 5000;
}
