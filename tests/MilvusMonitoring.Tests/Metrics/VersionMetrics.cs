using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Metrics;

/// <summary>
/// The metrics of versions of Milvus, as their source has them: type, labels, and whether any code sets them. Writes what <c>/metrics</c>
/// of such a version would show.
/// </summary>
internal static class VersionMetrics
{
    private const string Variable = "MILVUS_METRICS";

    public static string? Folder { get; } = Environment.GetEnvironmentVariable(Variable);

    /// <summary>Skips the test where there are none.</summary>
    public static void Require() => Assert.SkipWhen(string.IsNullOrEmpty(Folder), $"{Variable} names no folder.");

    /// <summary>For each version what it has: <c>y</c>, or why it does not show a metric.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ReadTable()
    {
        Require();
        var lines = File.ReadAllLines(Path.Combine(Folder!, "metrics-by-version.tsv")).Select(line => line.Split('\t')).ToList();
        var table = lines[0]
            .Select((name, index) => (name, index))
            .Where(column => column.name.Length > 0 && char.IsAsciiDigit(column.name[0]))
            .ToDictionary(
                column => column.name,
                column => (IReadOnlyDictionary<string, string>)lines
                    .Skip(1)
                    .ToDictionary(line => line[0], line => line[column.index] == "y" ? "y" : "-"),
                StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Folder!, "*.json"))
        {
            table[Path.GetFileNameWithoutExtension(file)] = Read(Path.GetFileNameWithoutExtension(file))
                .ToDictionary(metric => metric.Key, metric => IsShown(metric.Value!) ? "y" : "-");
        }

        return table;
    }

    /// <summary>The types and labels of what code of a version declares, set or not; no labels are an empty text.</summary>
    public static IReadOnlyDictionary<string, (string Type, string Labels)> ReadTypes(string version) => Read(version)
        .Where(metric => !metric.Key.Contains('<', StringComparison.Ordinal))
        .ToDictionary(
            metric => metric.Key,
            metric => ((string)metric.Value!["type"]!, string.Join(',', metric.Value!["labels"]!.AsArray().Select(label => (string)label!))));

    /// <summary>The versions of which types and labels are known.</summary>
    public static IReadOnlyList<string> ListVersions()
    {
        Require();
        return [.. Directory.EnumerateFiles(Folder!, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Writes what a version shows, in the text format of Prometheus.</summary>
    /// <param name="version">The version.</param>
    /// <param name="values">The values of labels by their names; those of others are 1.</param>
    public static string Write(string version, IReadOnlyDictionary<string, string[]> values)
    {
        var text = new StringBuilder();
        foreach (var (name, metric) in Read(version).Where(metric => IsShown(metric.Value!)))
        {
            var type = (string)metric!["type"]!;
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n");
            foreach (var labels in Combine([.. metric["labels"]!.AsArray().Select(label => (string)label!)], values))
            {
                Append(text, name, type, labels);
            }
        }

        return text.ToString();
    }

    private static JsonObject Read(string version) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Folder!, $"{version}.json")))!.AsObject();

    /// <summary>Whether code registers and sets a metric; a name with brackets is no name.</summary>
    private static bool IsShown(JsonNode metric) =>
        (bool)metric["registered"]! && (bool)metric["used"]! && !metric.GetPropertyName().Contains('<', StringComparison.Ordinal);

    private static IEnumerable<string> Combine(IReadOnlyList<string> labels, IReadOnlyDictionary<string, string[]> values)
    {
        IEnumerable<string> all = [string.Empty];
        foreach (var label in labels)
        {
            all = all.SelectMany(before => values.GetValueOrDefault(label, ["1"]).Select(value => $"{before}{label}=\"{value}\","));
        }

        return all;
    }

    private static void Append(StringBuilder text, string name, string type, string labels)
    {
        if (type == "histogram")
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}le=\"1\"}} 1\n{name}_bucket{{{labels}le=\"+Inf\"}} 1\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{{labels}}} 1\n{name}_count{{{labels}}} 1\n");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} 1\n");
        }
    }
}
