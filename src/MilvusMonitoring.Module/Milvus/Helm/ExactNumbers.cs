using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>
/// The numbers among a user's values that helm would change by reading its own record.
/// Helm reads all numbers of a record, and of values files, as 64-bit floating point, so that an upgrade with <c>--reuse-values</c> makes
/// 9007199254740992 of 9007199254740993, and a template writes 2e+06 where it has written 2000000.
/// Only <c>--set</c> takes integers as they are, which is also how such a number got into the record: given again by <c>--set</c>, it
/// stays.
/// From a million on, where floating point is written otherwise, what the chart has rendered tells how the number was taken last.
/// A list counts as one value, so one that holds such a number is given whole, on standard input and not as an argument, since it may hold
/// secrets too.
/// </summary>
/// <param name="Settings">What <c>--set</c> takes, each <c>path=number</c>.</param>
/// <param name="Input">The lists, as JSON for <c>--values -</c>; null for none.</param>
internal sealed partial record ExactNumbers(IReadOnlyList<string> Settings, string? Input)
{
    /// <summary>Finds the numbers in the values of a user.</summary>
    /// <param name="values">The values.</param>
    /// <param name="manifest">What the chart has rendered for them.</param>
    public static ExactNumbers Find(JsonElement values, string manifest)
    {
        var settings = new List<string>();
        var lists = new JsonObject();
        new Finder(manifest, settings).Search(values, string.Empty, lists);
        return new ExactNumbers(settings, lists.Count == 0 ? null : AsYaml(lists.ToJsonString()));
    }

    /// <summary>A name of a value as <c>--set</c> takes it.</summary>
    public static string Escape(string name) =>
        string.Concat(
            name.Select(character => character is '\\' or '.' or ',' or '=' or '[' or ']' ? $"\\{character}" : character.ToString()));

    /// <summary>
    /// Helm reads YAML, which has no escapes for the two halves of a character beyond 16 bits, as JSON has: such a character stands as it
    /// is.
    /// </summary>
    private static string AsYaml(string json) =>
        Escapes().Replace(json, escape => escape.Groups[1].Success ? $"{Half(escape.Groups[1])}{Half(escape.Groups[2])}" : escape.Value);

    private static char Half(Group digits) => (char)ushort.Parse(digits.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})|\\.", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Escapes();

    private sealed class Finder(string manifest, List<string> settings)
    {
        private const long FirstWithExponent = 1_000_000;

        /// <param name="value">Where to search.</param>
        /// <param name="path">Its path for <c>--set</c>.</param>
        /// <param name="lists">Takes the lists that numbers are found in, at the place that corresponds to the value; null inside of a
        /// list.</param>
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
