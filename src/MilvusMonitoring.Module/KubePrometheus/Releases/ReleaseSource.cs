namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Where releases are downloaded from: a URL with a placeholder for the version.</summary>
internal sealed class ReleaseSource
{
    /// <summary>The environment variable that overrides the source, for a mirror.</summary>
    public const string EnvironmentVariable = "MILVUSMONITORING_RELEASE_SOURCE";

    private const string Placeholder = "{version}";
    private const string Upstream = "https://github.com/prometheus-operator/kube-prometheus/archive/refs/tags/{version}.tar.gz";

    private readonly string _pattern;

    /// <param name="pattern">
    /// The URL of a gzipped tar, with <c>{version}</c> in place of the tag (<c>v0.18.0</c>). Null takes the URL from the environment
    /// variable, or else upstream's.
    /// </param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: the pattern is not such a URL.</exception>
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
                $"The release source is not an https URL with {Placeholder} in it",
                $"correct {EnvironmentVariable}, as in https://mirror.local/kube-prometheus/{Placeholder}.tar.gz",
                EnvironmentVariable);
        }
    }

    /// <summary>Whether a release may be downloaded from a URL: over TLS, or from this machine.</summary>
    public static bool IsAllowed(Uri uri) =>
        uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback);

    /// <summary>Leaves out the user, password and query of a URL, which can contain secrets.</summary>
    public static string Redact(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The URL of a release.</summary>
    public Uri UriOf(Release release) => new(_pattern.Replace(Placeholder, release.Version, StringComparison.Ordinal));
}
