using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>A kind that the API server serves in one version.</summary>
/// <param name="Type">The kind.</param>
/// <param name="IsListable">Whether its objects can be listed.</param>
internal sealed record ServedKind(ResourceType Type, bool IsListable);

/// <summary>All kinds of an API server.</summary>
/// <param name="All">Each kind in each version; of each group, the preferred version comes first.</param>
/// <param name="Unavailable">The versions of groups that nobody serves now: <c>metrics.k8s.io/v1beta1</c>.</param>
internal sealed record ServedKinds(IReadOnlyList<ServedKind> All, IReadOnlyList<string> Unavailable)
{
    /// <summary>The kinds that have objects in namespaces and can be listed, each in one version.</summary>
    public IReadOnlyList<ResourceType> ListNamespaced() =>
        [.. All
            .Where(kind => kind is { IsListable: true, Type.IsNamespaced: true })
            .Select(kind => kind.Type)
            .DistinctBy(type => (type.Group, type.Plural))];

    /// <summary>Whether the path of a kind is that of another kind.</summary>
    public bool IsOfAnotherKind(ResourceType type) =>
        All.Any(kind =>
            (kind.Type.Group, kind.Type.Version, kind.Type.Plural) == (type.Group, type.Version, type.Plural)
            && kind.Type.Kind != type.Kind);

    /// <summary>
    /// Reads discovery: two requests from Kubernetes 1.26 on, and before that one for each version of each group. A group that is
    /// unavailable is no error.
    /// </summary>
    /// <param name="throttleLimit">The number of parallel requests.</param>
    public static async Task<ServedKinds> ReadAsync(ClusterClient client, int throttleLimit, CancellationToken cancellationToken)
    {
        var documents = await Task.WhenAll(
            ReadDocumentAsync(client, "/api", cancellationToken),
            ReadDocumentAsync(client, "/apis", cancellationToken)).ConfigureAwait(false);
        var versions = documents.SelectMany(ListVersions).ToList();
        var missing = versions.Where(version => version is { Resources: null, IsUnavailable: false }).ToList();
        var read = new ConcurrentDictionary<GroupVersion, string?>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit, CancellationToken = cancellationToken };
        await Parallel
            .ForEachAsync(missing, options, async (version, token) =>
                read[version] = await client.FindTextAsync(version.Path, token).ConfigureAwait(false))
            .ConfigureAwait(false);
        return new ServedKinds(
            [.. versions.SelectMany(version => ListKinds(version, read.GetValueOrDefault(version)))],
            [.. versions
                .Where(version => version.IsUnavailable || (read.TryGetValue(version, out var text) && text is null))
                .Select(version => version.Name)]);
    }

    private static async Task<JsonElement> ReadDocumentAsync(ClusterClient client, string path, CancellationToken cancellationToken)
    {
        var body = await client.FindDocumentAsync(path, ResourceTypes.Aggregated, cancellationToken).ConfigureAwait(false);
        return body is null ? default : Parse(body.Value, path);
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> body, string path)
    {
        using var document = ClusterClient.ParseResponse(body, path);
        return document.RootElement.Clone();
    }

    /// <summary>The versions in the aggregated document, in the list of groups, or in the list of the core group's versions.</summary>
    private static IEnumerable<GroupVersion> ListVersions(JsonElement document)
    {
        var aggregated =
            from entry in document.Items("items")
            from version in entry.Items("versions")
            select new GroupVersion(entry.Member("metadata").Text("name") ?? string.Empty, version.Text("version") ?? string.Empty)
            {
                Resources = version.Items("resources").ToList(),
                IsUnavailable = version.Text("freshness") == "Stale",
            };
        var core = document.Texts("versions").Select(version => new GroupVersion(string.Empty, version));
        var groups =
            from entry in document.Items("groups")
            let preferred = entry.Member("preferredVersion").Text("version")
            from version in entry.Items("versions").OrderBy(version => version.Text("version") != preferred)
            select new GroupVersion(entry.Text("name") ?? string.Empty, version.Text("version") ?? string.Empty);
        return aggregated.Concat(core).Concat(groups);
    }

    private static IEnumerable<ServedKind> ListKinds(GroupVersion version, string? text)
    {
        if (version.Resources is { } resources)
        {
            return resources
                .Where(resource => resource.Member("responseKind").Text("kind") is not null && resource.Text("resource") is not null)
                .Select(resource => Create(
                    version,
                    resource,
                    resource.Text("resource")!,
                    resource.Member("responseKind").Text("kind")!,
                    resource.Text("scope") == "Namespaced"));
        }

        // The classic document lists subresources like resources.
        return text is null
            ? []
            : Parse(Encoding.UTF8.GetBytes(text), version.Path).Items("resources")
                .Where(resource => resource.Text("kind") is not null)
                .Where(resource => resource.Text("name")?.Contains('/', StringComparison.Ordinal) is false)
                .Select(resource => Create(
                    version,
                    resource,
                    resource.Text("name")!,
                    resource.Text("kind")!,
                    resource.Member("namespaced").ValueKind == JsonValueKind.True));
    }

    private static ServedKind Create(GroupVersion version, JsonElement resource, string plural, string kind, bool isNamespaced) =>
        new(new ResourceType(version.Group, version.Version, plural, kind, isNamespaced), resource.Texts("verbs").Contains("list"));

    /// <summary>A version of a group.</summary>
    private sealed record GroupVersion(string Group, string Version)
    {
        /// <summary>What aggregated discovery lists of it; null if its own document has to be read.</summary>
        public IReadOnlyList<JsonElement>? Resources { get; init; }

        public bool IsUnavailable { get; init; }

        public string Name => Group.Length == 0 ? Version : $"{Group}/{Version}";

        public string Path => (Group.Length == 0 ? "/api/" : "/apis/") + Name;
    }
}
