using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;

namespace EmbeddedCluster.Kinds;

internal sealed record Subresource(string Name, string Group, string Version, string Kind, IReadOnlyList<string> Verbs);

/// <summary>One kind in one version, as discovery shows it and requests address it.</summary>
internal sealed record ResourceKind(string Group, string Version, string Plural, string Kind, bool Namespaced)
{
    public static readonly IReadOnlyList<string> AllVerbs =
    [
        "create",
        "delete",
        "deletecollection",
        "get",
        "list",
        "patch",
        "update",
        "watch",
    ];

    public string Singular { get; init; } = "";
    public string ListKind { get; init; } = Kind + "List";
    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;
    public IReadOnlyList<string> ShortNames { get; init; } = [];
    public IReadOnlyList<string> Categories { get; init; } = [];
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    /// <summary>Set for a custom resource: what its CRD says about this version.</summary>
    public CustomVersion? Custom { get; init; }

    public ResourceId Id => new(Group, Plural);

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>"Widget.example.com", or the bare kind in the core group: how messages about a whole object name its kind.</summary>
    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public bool HasStatus => Subresources.Any(each => each.Name == "status");

    public bool IsStored => Verbs.Contains("get") && Kind != "ComponentStatus";

    public string StorageVersionHash =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{Group}/{Version}/{Kind}")).AsSpan(0, 8));
}

/// <summary>What a CRD says about one of its versions.</summary>
internal sealed record CustomVersion(
    string Definition,
    JsonNode? Schema,
    IReadOnlyList<PrinterColumn> Columns,
    string? ScaleSpecPath,
    string? ScaleStatusPath)
{
    private readonly Lazy<MergeSchema> _mergeSchema = new(() => MergeSchema.FromDefinition(Schema));

    public MergeSchema MergeSchema => _mergeSchema.Value;
}

internal sealed record PrinterColumn(string Name, string Type, string Path, int Priority, string Description, string Format);
