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
    /// <param name="image">The text.</param>
    /// <returns>True where it can.</returns>
    public static bool IsValid(string image) =>
        Reference().Match(image) is { Success: true } parts
            && parts.Groups["tag"].Length <= LongestTag
            && parts.Groups["digest"] is { Success: false } or { Length: >= ShortestDigest };

    /// <summary>The registry that an image is on; docker.io for a name without one, as container runtimes read it.</summary>
    public static string RegistryOf(string image) => image.Split('/') is [var host, _, ..] && LooksLikeHost(host) ? host : "docker.io";

    /// <summary>Puts an image on another registry; repository path, tag and digest stay.</summary>
    /// <remarks>
    /// A name without a registry is on docker.io, and one of a single word is in <c>library</c> there, as container runtimes read it:
    /// <c>busybox</c> becomes <c>registry.local/library/busybox</c>, where a mirror of docker.io has it.
    /// </remarks>
    /// <param name="image">A valid name.</param>
    /// <param name="registry">What <see cref="Registry"/> returned.</param>
    /// <returns>The name on that registry.</returns>
    public static string OnRegistry(string image, string registry)
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

    /// <summary>Checks the name of a registry, with or without a path.</summary>
    /// <param name="registry">What the person gave: <c>registry.local:5000/mirror</c>.</param>
    /// <returns>The same without a slash at its end.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>.</exception>
    public static string Registry(string registry)
    {
        var trimmed = registry.TrimEnd('/');
        if (!RegistryName().IsMatch(trimmed))
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"'{registry}' is no image registry",
                "give a host, a port and a path in lower case if it has them, and no https://, such as registry.local:5000/mirror",
                registry);
        }

        // Runtimes would take such a name for a folder of docker.io.
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

    // Lengths are not counted here: the automaton for them is larger than .NET 8 allows.
    [GeneratedRegex(
        $@"\A(?:{Host}/)?{PathSegment}(?:/{PathSegment})*(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]*))?(?:@[A-Za-z0-9+._-]+:(?<digest>[0-9a-fA-F]+))?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex Reference();

    [GeneratedRegex($@"\A{Host}(?:/{PathSegment})*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RegistryName();
}
