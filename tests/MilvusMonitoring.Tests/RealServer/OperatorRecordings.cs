using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests;

/// <summary>What a real Prometheus operator has made, where the machine has it.</summary>
internal static class OperatorRecordings
{
    private const string Variable = "OPERATOR_RECORDINGS";

    /// <summary>A recorded object; the test is skipped where there are no recordings.</summary>
    public static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllBytes(PathOf(file)))!.AsObject();

    /// <summary>Where a recording lies; the test is skipped where there are none.</summary>
    public static string PathOf(string file)
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} does not name a folder with what a Prometheus operator has made.");
        return Path.Combine(folder!, file);
    }
}
