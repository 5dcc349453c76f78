namespace MilvusMonitoring.Milvus.Helm;

/// <summary>
/// Where helm takes the chart from. An alias of <c>helm repo add</c> is refused: it names one repository on one machine and another one
/// elsewhere.
/// </summary>
/// <param name="Place">A repository's URL, or the full path of a file or folder.</param>
/// <param name="IsLocal">Whether it is a file or folder.</param>
internal sealed record ChartSource(string Place, bool IsLocal)
{
    /// <summary>The repository of the Milvus chart, by its own README.</summary>
    public const string Default = "https://zilliztech.github.io/milvus-helm/";

    private const string OciScheme = "oci://";

    /// <summary>Parses the URL of a repository, or a path.</summary>
    /// <param name="text">The URL or path.</param>
    /// <param name="fullPath">Makes a full path of a relative one.</param>
    /// <exception cref="MonitoringException">The text is neither, or a URL with a password, which the list of processes would
    /// show.</exception>
    public static ChartSource Parse(string text, Func<string, string> fullPath)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "oci")
        {
            return url.UserInfo.Length == 0
                ? new ChartSource(text, false)
                : throw CreateInvalid(
                    "-Chart has a password in its URL, where others on this machine could see it",
                    "get the chart with helm pull, and give the file to -Chart");
        }

        var path = fullPath(text);
        return Path.Exists(path)
            ? new ChartSource(path, true)
            : throw CreateInvalid(
                $"-Chart '{text}' is neither a file or folder nor the URL of a repository",
                $"an alias can stand for any repository, so give the URL, such as {Default}, or leave -Chart out");
    }

    /// <summary>Lists the arguments by which helm takes a version of the chart.</summary>
    /// <param name="chart">The name of the chart.</param>
    /// <param name="version">The version.</param>
    public IEnumerable<string> ListArguments(string chart, string version)
    {
        if (IsLocal)
        {
            return [Place];
        }

        return Place.StartsWith(OciScheme, StringComparison.OrdinalIgnoreCase)
            ? [GetOciReference(chart), "--version", version]
            : [chart, "--repo", Place, "--version", version];
    }

    /// <inheritdoc />
    public override string ToString() => Place;

    /// <summary>A reference of a registry names the chart itself.</summary>
    private string GetOciReference(string chart) =>
        Place.TrimEnd('/') is var place && place.EndsWith("/" + chart, StringComparison.Ordinal) ? place : $"{place}/{chart}";

    private static MonitoringException CreateInvalid(string reason, string remedy) =>
        new(ErrorId.ParameterInvalid, reason, remedy, "Chart");
}
