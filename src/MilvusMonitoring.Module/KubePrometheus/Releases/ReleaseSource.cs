namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Where releases are downloaded from: a URL with the version left open.</summary>
internal sealed class ReleaseSource
{
    /// <summary>The environment variable that overrides the source, for a mirror.</summary>
    public const string EnvironmentVariable = "MILVUSMONITORING_RELEASE_SOURCE";

    private const string Placeholder = "{version}";
    private const string Upstream = "https://github.com/prometheus-operator/kube-prometheus/archive/refs/tags/{version}.tar.gz";

    private readonly string _pattern;

    /// <summary>Creates a source.</summary>
    /// <param name="pattern">The URL of a gzipped tar, with <c>{version}</c> where the tag goes (<c>v0.18.0</c>); null for the one in the
    /// environment, or else upstream's.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: no such URL.</exception>
    public ReleaseSource(string? pattern = null)
    {
        var configured = pattern ?? Environment.GetEnvironmentVariable(EnvironmentVariable);
        _pattern = string.IsNullOrWhiteSpace(configured) ? Upstream : configured;
        if (!_pattern.Contains(Placeholder, StringComparison.Ordinal)
            || !Uri.TryCreate(_pattern.Replace(Placeholder, "v0", StringComparison.Ordinal), UriKind.Absolute, out var sample)
            || !IsAllowed(sample))
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"The release source is no https URL with {Placeholder} in it",
                $"correct {EnvironmentVariable}, as in https://mirror.local/kube-prometheus/{Placeholder}.tar.gz",
                EnvironmentVariable);
        }
    }

    /// <summary>Whether a release may be fetched from there: over TLS, or from this machine.</summary>
    /// <param name="uri">The place.</param>
    /// <returns>True where it may.</returns>
    public static bool IsAllowed(Uri uri) =>
        uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback);

    /// <summary>A place as it may be shown: without user, password and query, which can hold secrets.</summary>
    /// <param name="uri">The place.</param>
    /// <returns>The text.</returns>
    public static string Shown(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The place of a release.</summary>
    /// <param name="release">The release.</param>
    /// <returns>Its URL.</returns>
    public Uri UriOf(Release release) => new(_pattern.Replace(Placeholder, release.Version, StringComparison.Ordinal));
}
