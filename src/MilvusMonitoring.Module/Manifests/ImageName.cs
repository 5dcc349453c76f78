using System.Text.RegularExpressions;

namespace MilvusMonitoring.Manifests;

/// <summary>Names of container images: <c>[registry/]repository[:tag][@digest]</c>.</summary>
internal static partial class ImageName
{
    private const string Host =
        @"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?";
    private const string PathSegment = @"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*";
    private const int LongestTag = 128;
    private const int ShortestDigest = 32;

    /// <summary>Whether a text can be the name of an image.</summary>
    public static bool IsValid(string image) =>
        Reference().Match(image) is { Success: true } parts
            && parts.Groups["tag"].Length <= LongestTag
            && parts.Groups["digest"] is { Success: false } or { Length: >= ShortestDigest };

    /// <summary>The registry of an image; docker.io for a name without a registry, as in container runtimes.</summary>
    public static string RegistryOf(string image) => image.Split('/') is [var host, _, ..] && LooksLikeHost(host) ? host : "docker.io";

    /// <summary>Moves an image to another registry. Repository path, tag and digest stay.</summary>
    /// <remarks>
    /// As in container runtimes, a name without a registry is on docker.io, and a name of a single word is in <c>library</c> there:
    /// <c>busybox</c> becomes <c>registry.local/library/busybox</c>, the name on a mirror of docker.io.
    /// </remarks>
    /// <param name="image">A valid name.</param>
    /// <param name="registry">A result of <see cref="NormalizeRegistry"/>.</param>
    public static string MoveTo(string image, string registry)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var path = slash switch
        {
            < 0 => "library/" + image,
            _ when LooksLikeHost(image[..slash]) => image[(slash + 1)..],
            _ => image,
        };
        return $"{registry}/{path}";
    }

    /// <summary>Validates the name of a registry, with or without a path.</summary>
    /// <param name="registry">The user's input: <c>registry.local:5000/mirror</c>.</param>
    /// <returns>The name without a trailing slash.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>.</exception>
    public static string NormalizeRegistry(string registry)
    {
        var trimmed = registry.TrimEnd('/');
        if (!RegistryName().IsMatch(trimmed))
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"'{registry}' is not an image registry",
                "give a host, with its port and a path in lower case if it has them, and without https://, "
                    + "such as registry.local:5000/mirror",
                registry);
        }

        // Container runtimes would read such a name as a folder of docker.io.
        return LooksLikeHost(trimmed.Split('/')[0])
            ? trimmed
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"'{registry}' would be read as a folder of docker.io",
                $"give the registry's host with its domain or port, or docker.io/{trimmed} if that is meant",
                registry);
    }

    private static bool LooksLikeHost(string segment) =>
        segment == "localhost" || segment.Contains('.', StringComparison.Ordinal) || segment.Contains(':', StringComparison.Ordinal);

    // The pattern does not limit lengths: the automaton for them would be larger than .NET 8 allows.
    [GeneratedRegex(
        $@"\A(?:{Host}/)?{PathSegment}(?:/{PathSegment})*"
            + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]*))?"
            + @"(?:@[A-Za-z0-9+._-]+:(?<digest>[0-9a-fA-F]+))?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex Reference();

    [GeneratedRegex($@"\A{Host}(?:/{PathSegment})*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RegistryName();
}
