using System.Text;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Manifests;

/// <summary>Extracts the Kubernetes objects of one JSON document: the document itself, or the items of its list.</summary>
internal sealed class ObjectExtractor
{
    private const string Requirement = "every document must be a Kubernetes object with apiVersion, kind and metadata";

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = Bounds.ManifestDepth.Limit + 1 };

    private readonly string _file;
    private readonly List<ManifestObject> _objects;
    private readonly List<ManifestProblem> _problems;

    /// <summary>Creates an extractor for the documents of one file.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="objects">Receives the objects.</param>
    /// <param name="problems">Receives the problems.</param>
    public ObjectExtractor(string file, List<ManifestObject> objects, List<ManifestProblem> problems)
    {
        _file = file;
        _objects = objects;
        _problems = problems;
    }

    public void Extract(JsonText document) => Extract(document.Json, document.Line, default, 0);

    private void Extract(ReadOnlyMemory<byte> json, int line, (string? ApiVersion, string? Kind) inherited, int nesting)
    {
        if (json.Span[0] != (byte)'{')
        {
            Report(line, $"is not an object but {(json.Span[0] == (byte)'[' ? "a list" : "a single value")}", Requirement);
            return;
        }

        var header = ObjectHeader.Read(json.Span, ReaderOptions);
        var apiVersion = header.ApiVersion ?? inherited.ApiVersion;
        var kind = header.Kind ?? inherited.Kind;
        if (header.Items is { } items && kind is not null && kind.EndsWith("List", StringComparison.Ordinal))
        {
            ExtractItems(json[items], line, apiVersion, kind, nesting);
            return;
        }

        if ((FindForeign(apiVersion, kind) ?? FindMissing(apiVersion, kind, header.Name)) is { } missing)
        {
            Report(line, missing.Reason, missing.Remedy);
            return;
        }

        var (group, version) = SplitApiVersion(apiVersion!);
        var id = new ResourceId(group, kind!, header.Namespace, header.Name!);
        var component = ComponentName.Derive(_file, kind!, header.NameLabel);
        var content = header.ApiVersion is null || header.Kind is null ? AddType(json.Span, header, apiVersion!, kind!) : json;
        _objects.Add(new ManifestObject(id, version, content, component, _file, line));
    }

    private void ExtractItems(ReadOnlyMemory<byte> array, int line, string? apiVersion, string kind, int nesting)
    {
        if (nesting == Bounds.ManifestLists.Limit)
        {
            Report(line, $"nests lists more than {Bounds.ManifestLists} deep", "list the objects themselves");
            return;
        }

        // The items of a RoleList are Roles, and may omit their kind. A List says nothing about its items.
        (string?, string?) inherited = kind == "List" ? default : (apiVersion, kind[..^"List".Length]);
        foreach (var range in ListItems(array.Span))
        {
            Extract(array[range], line, inherited, nesting + 1);
        }
    }

    private static List<Range> ListItems(ReadOnlySpan<byte> array)
    {
        var ranges = new List<Range>();
        var reader = new Utf8JsonReader(array, ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            ranges.Add(start..(int)reader.BytesConsumed);
        }

        return ranges;
    }

    /// <summary>Recognises what other programs turn into manifests.</summary>
    private (string Reason, string Remedy)? FindForeign(string? apiVersion, string? kind)
    {
        if (apiVersion?.StartsWith("kustomize.config.k8s.io/", StringComparison.Ordinal) == true)
        {
            return (
                "is a kustomization, from which kubectl builds the manifests",
                "run kubectl kustomize FOLDER > all.yaml for its folder, and give that file with -Path");
        }

        var name = _file[(_file.LastIndexOf('/') + 1)..];
        return apiVersion is null && kind is null && name.StartsWith("values", StringComparison.OrdinalIgnoreCase)
            ? ("holds the values of a Helm chart, not kube-prometheus's manifests", "Save-KubePrometheus gets those; helm installs a chart")
            : null;
    }

    private static (string Reason, string Remedy)? FindMissing(string? apiVersion, string? kind, string? name)
    {
        if (string.IsNullOrEmpty(apiVersion))
        {
            return ("has an object without apiVersion", Requirement);
        }

        if (string.IsNullOrEmpty(kind))
        {
            return ("has an object without kind", Requirement);
        }

        return string.IsNullOrEmpty(name) ? ($"has a {kind} without metadata.name", "give it a name") : null;
    }

    private static (string Group, string Version) SplitApiVersion(string apiVersion)
    {
        var slash = apiVersion.LastIndexOf('/');
        return slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
    }

    private static byte[] AddType(ReadOnlySpan<byte> json, ObjectHeader header, string apiVersion, string kind)
    {
        var type = new StringBuilder("{");
        if (header.ApiVersion is null)
        {
            type.Append($"\"apiVersion\":\"{JsonEncodedText.Encode(apiVersion)}\",");
        }

        if (header.Kind is null)
        {
            type.Append($"\"kind\":\"{JsonEncodedText.Encode(kind)}\",");
        }

        return [.. Encoding.UTF8.GetBytes(type.ToString()), .. json[1..]];
    }

    private void Report(int line, string reason, string remedy) => _problems.Add(new ManifestProblem(_file, line, reason, remedy));
}
