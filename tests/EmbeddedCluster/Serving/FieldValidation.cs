using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Serving;

/// <summary>The fieldValidation parameter, for custom resources: unknown fields are refused, warned of, or dropped silently.</summary>
internal static class FieldValidation
{
    /// <returns>The text of a Warning header, or null.</returns>
    public static string? Check(ApiRequest request, JsonObject value)
    {
        var mode = request.Query["fieldValidation"].ToString();
        if (mode is "" or "Ignore" || request.Kind.Custom?.Schema is not JsonObject schema)
        {
            return null;
        }

        var unknown = SchemaRules.Prune(value.Copy(), schema);
        if (unknown.Count == 0)
        {
            return null;
        }

        var text = string.Join(", ", unknown.Select(each => $"unknown field \"{each}\""));
        return mode == "Strict"
            ? throw ApiException.BadRequest(
                $"{request.Kind.Kind} in version \"{request.Kind.Version}\" cannot be handled as a {request.Kind.Kind}: strict decoding "
                    + $"error: {text}"
            )
            : text;
    }
}
