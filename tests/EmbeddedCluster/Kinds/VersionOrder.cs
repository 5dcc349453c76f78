using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedCluster.Kinds;

/// <summary>Versions by stability, then by number: v2, v1, v1beta2, v1beta1, v1alpha1, then anything else by name.</summary>
internal sealed partial class VersionOrder : IComparer<string>
{
    public static VersionOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (one, other) = (Rank(x!), Rank(y!));
        return one.CompareTo(other) is var order && order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static (int Stability, int Major, int Minor) Rank(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success)
        {
            return (3, 0, 0);
        }

        var stability = match.Groups["stage"].Value switch { "" => 0, "beta" => 1, _ => 2 };
        var minor = match.Groups["minor"].Success ? int.Parse(match.Groups["minor"].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return (stability, -int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture), -minor);
    }

    [GeneratedRegex("^v(?<major>[0-9]+)((?<stage>alpha|beta)(?<minor>[0-9]+))?$")]
    private static partial Regex Pattern();
}
