using System.Globalization;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Metrics;

/// <summary>A version of Milvus, as the tag of its image names it.</summary>
/// <param name="IsRelease">Whether it is no release candidate, alpha or beta.</param>
internal sealed partial record MilvusVersion(int Major, int Minor, int Patch, bool IsRelease) : IComparable<MilvusVersion>
{
    /// <summary>Reads a tag such as <c>v2.6.15</c>, <c>2.6.15-gpu</c>, <c>v2.6.0-rc1</c> or <c>v3.0-beta</c>.</summary>
    /// <returns>The version; null if the tag names none, such as <c>latest</c> or <c>master-20260801</c>.</returns>
    public static MilvusVersion? Parse(string? tag)
    {
        if (tag is null || Pattern().Match(tag.Trim()) is not { Success: true } match)
        {
            return null;
        }

        return new MilvusVersion(
            Read(match.Groups["major"]),
            Read(match.Groups["minor"]),
            match.Groups["patch"].Success ? Read(match.Groups["patch"]) : 0,
            !match.Groups["early"].Success);

        static int Read(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>Reads the versions of a list with commas, as <see cref="MilvusInstance.AppVersion"/> is during an upgrade.</summary>
    /// <returns>The versions; empty if one of them is not known.</returns>
    public static IReadOnlyList<MilvusVersion> ParseAll(string? tags)
    {
        var versions = (tags ?? string.Empty).Split(',').Select(Parse).ToList();
        return versions.Contains(null) ? [] : [.. versions.OfType<MilvusVersion>()];
    }

    /// <inheritdoc />
    public int CompareTo(MilvusVersion? other) => other is null
        ? 1
        : (Major, Minor, Patch, IsRelease).CompareTo((other.Major, other.Minor, other.Patch, other.IsRelease));

    /// <returns><c>2.6.15</c>, <c>3.0.0-pre</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}{(IsRelease ? string.Empty : "-pre")}");

    [GeneratedRegex(
        @"^v?(?<major>[0-9]{1,6})\.(?<minor>[0-9]{1,6})(?:\.(?<patch>[0-9]{1,6}))?(?:-?(?<early>(?:rc|alpha|beta)[.0-9]*))?(?:[-+.].*)?\z",
        RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Pattern();
}
