using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>
/// The numbers among a user's values that helm would change when it reads its own record.
/// Helm reads all numbers of a record, and of values files, as 64-bit floating point. An upgrade with <c>--reuse-values</c> therefore turns
/// 9007199254740993 into 9007199254740992, and a template writes 2e+06 instead of 2000000.
/// Only <c>--set</c> keeps integers, and such a number got into the record by <c>--set</c>: another <c>--set</c> keeps it.
/// From a million on, floating point has another notation. The rendered manifest shows which notation helm used last.
/// A list counts as one value: a list with such a number is passed whole, on standard input and not as an argument, because a list may also
/// hold secrets.
/// </summary>
/// <param name="Settings">The arguments of <c>--set</c>, each <c>path=number</c>.</param>
/// <param name="Input">The lists, as JSON for <c>--values -</c>; null for none.</param>
internal sealed partial record ExactNumbers(IReadOnlyList<string> Settings, string? Input)
{
    /// <summary>Finds the numbers in the values of a user.</summary>
    /// <param name="values">The values.</param>
    /// <param name="manifest">The manifest that the chart rendered for the values.</param>
    public static ExactNumbers Find(JsonElement values, string manifest)
    {
        var settings = new List<string>();
        var lists = new JsonObject();
        new Finder(manifest, settings).Search(values, string.Empty, lists);
        return new ExactNumbers(settings, lists.Count == 0 ? null : ConvertToYaml(lists.ToJsonString()));
    }

    /// <summary>Escapes the name of a value for <c>--set</c>.</summary>
    public static string Escape(string name) =>
        string.Concat(
            name.Select(character => character is '\\' or '.' or ',' or '=' or '[' or ']' ? $"\\{character}" : character.ToString()));

    /// <summary>
    /// Replaces the two JSON escapes of a character beyond 16 bits by the character: helm reads YAML, which has no such escapes.
    /// </summary>
    private static string ConvertToYaml(string json) =>
        Escapes().Replace(
            json,
            escape => escape.Groups[1].Success ? $"{ParseHalf(escape.Groups[1])}{ParseHalf(escape.Groups[2])}" : escape.Value);

    private static char ParseHalf(Group digits) =>
        (char)ushort.Parse(digits.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})|\\.", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Escapes();

    private sealed class Finder(string manifest, List<string> settings)
    {
        private const long FirstWithExponent = 1_000_000;

        /// <param name="value">Where to search.</param>
        /// <param name="path">Its path for <c>--set</c>.</param>
        /// <param name="lists">Collects the lists with such numbers, at the same path as in the values; null inside a list.</param>
        public void Search(JsonElement value, string path, JsonObject? lists)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        SearchMember(member, path, lists);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
                    {
                        Search(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), null);
                    }

                    break;
                case JsonValueKind.Number when IsChangedByHelm(value.GetRawText()):
                    settings.Add($"{path}={value.GetRawText()}");
                    break;
                default:
                    break;
            }
        }

        private void SearchMember(JsonProperty member, string path, JsonObject? lists)
        {
            var below = path.Length == 0 ? Escape(member.Name) : $"{path}.{Escape(member.Name)}";
            if (lists is null || member.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                Search(member.Value, below, lists);
                return;
            }

            var before = settings.Count;
            var inner = new JsonObject();
            Search(member.Value, below, inner);
            if (member.Value.ValueKind == JsonValueKind.Array && settings.Count > before)
            {
                lists[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            }
            else if (inner.Count > 0)
            {
                lists[member.Name] = inner;
            }
        }

        private bool IsChangedByHelm(string number) =>
            long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            && (
                new BigInteger((double)integer) != integer
                || (integer is >= FirstWithExponent or <= -FirstWithExponent && IsInManifest(number)));

        private bool IsInManifest(string number) =>
            Regex.IsMatch(manifest, $@"(?<![0-9.]){number}(?![0-9.])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }
}
