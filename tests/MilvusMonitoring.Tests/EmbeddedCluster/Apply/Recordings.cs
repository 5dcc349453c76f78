using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Apply;

/// <summary>What real API servers answered, from the folder that the environment variable API_RECORDINGS names.</summary>
internal static class Recordings
{
    private const string Variable = "API_RECORDINGS";

    public static JsonArray Load(string version, string file)
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder of recordings");
        return JsonNode.Parse(File.ReadAllText(Path.Combine(folder, version, file)))!.AsArray();
    }

    public static JsonObject Request(this JsonNode? exchange) => exchange!["request"]!.AsObject();

    public static JsonObject Answer(this JsonNode? exchange) => exchange!["response"]!["body"]!.AsObject();
}
