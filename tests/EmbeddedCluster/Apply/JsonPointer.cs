using System.Globalization;
using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>JSON pointers (RFC 6901).</summary>
internal static class JsonPointer
{
    public static IReadOnlyList<string> Parse(string pointer)
    {
        if (pointer.Length == 0)
        {
            return [];
        }

        if (pointer[0] != '/')
        {
            throw PatchException.Rejected($"a path starts with a slash: {pointer}");
        }

        return
        [
            .. pointer[1..]
                .Split('/')
                .Select(token => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)),
        ];
    }

    /// <summary>The value that the steps lead to, or a rejection where there is none.</summary>
    public static JsonNode? Read(JsonNode? root, IEnumerable<string> steps)
    {
        var node = root;
        foreach (var step in steps)
        {
            node = node switch
            {
                JsonObject fields when fields.TryGetPropertyValue(step, out var value) => value,
                JsonArray items => items[Index(step, items.Count - 1)],
                _ => throw PatchException.Rejected($"there is nothing at {step}"),
            };
        }

        return node;
    }

    /// <summary>An index between 0 and <paramref name="last"/>, in decimal digits without leading zeros.</summary>
    public static int Index(string step, int last)
    {
        var plain = step.Length > 0 && step.All(char.IsAsciiDigit) && (step.Length == 1 || step[0] != '0');
        if (!plain || !int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > last)
        {
            throw PatchException.Rejected($"no such index: {step}");
        }

        return index;
    }
}
