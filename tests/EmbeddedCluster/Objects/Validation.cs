using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Serving;

namespace EmbeddedCluster.Objects;

/// <summary>Refuses what a real server refuses, as far as clients run into it.</summary>
internal static partial class Validation
{
    private const int AnnotationLimit = 256 << 10;

    /// <param name="before">The stored object; null for a new one.</param>
    public static void Check(ClusterState state, ResourceKind kind, JsonObject value, JsonObject? before)
    {
        var causes = new List<StatusCause>();
        var metadata = value.Child("metadata");
        CheckMetadata(state, kind, metadata, before, causes);
        if (kind.Custom?.Schema is JsonObject schema)
        {
            SchemaRules.Validate(value, schema, causes);
        }
        else if (kind.Custom is null)
        {
            BuiltInValidation.Check(kind, value, before, causes);
        }

        if (causes.Count > 0)
        {
            throw ApiException.Invalid(kind.Group, kind.Kind, metadata.Text("name") ?? "", causes);
        }
    }

    private static void CheckMetadata(
        ClusterState state,
        ResourceKind kind,
        JsonObject metadata,
        JsonObject? before,
        List<StatusCause> causes)
    {
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0)
        {
            causes.Add(new("FieldValueRequired", "Required value: name or generateName is required", "metadata.name"));
        }
        else if (before is null && !IsValidName(kind, name))
        {
            causes.Add(
                new(
                    "FieldValueInvalid",
                    $"Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "
                        + "or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation "
                        + "is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
                    "metadata.name"));
        }

        if (
            metadata["annotations"] is JsonObject annotations
            && annotations.Sum(each => each.Key.Length + ((string?)each.Value ?? "").Length) > AnnotationLimit)
        {
            var limit = state.Minor >= 32 ? $"may not be more than {AnnotationLimit} bytes" : $"must have at most {AnnotationLimit} bytes";
            causes.Add(new("FieldValueTooLong", $"Too long: {limit}", "metadata.annotations"));
        }
    }

    private static bool IsValidName(ResourceKind kind, string name) => kind.Group is "rbac.authorization.k8s.io" or "apiregistration.k8s.io"
        ? !name.Contains('/', StringComparison.Ordinal) && !name.Contains('%', StringComparison.Ordinal)
        : name.Length <= 253 && Subdomain().IsMatch(name);

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    private static partial Regex Subdomain();
}
