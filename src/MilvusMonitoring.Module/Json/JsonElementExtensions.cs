using System.Text.Json;

namespace MilvusMonitoring.Json;

/// <summary>Reads members that may be missing or null.</summary>
internal static class JsonElementExtensions
{
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static JsonElement Member(this JsonElement element, string first, string second) =>
        element.Member(first).Member(second);

    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    public static IEnumerable<string> Texts(this JsonElement element, string name) =>
        element.Items(name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    /// <summary>Reads the members that are texts. If a name occurs twice, the last value counts, as in Go.</summary>
    public static IReadOnlyDictionary<string, string> TextMap(this JsonElement element, string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (element.Member(name) is { ValueKind: JsonValueKind.Object } value)
        {
            foreach (var member in value.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String))
            {
                map[SharedTexts.All.Share(member.Name)] = SharedTexts.All.Share(member.Value.GetString()!);
            }
        }

        return map;
    }

    public static DateTimeOffset? Time(this JsonElement element, string name) => element.Member(name).Time();

    public static DateTimeOffset? Time(this JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time : null;
}
