using System.Text.Json;

namespace MilvusMonitoring.Tests.Milvus;

/// <summary>What the real Milvus chart has rendered, where the machine has it.</summary>
internal static class ChartRecordings
{
    /// <summary>Every recording; the test is skipped where there are none.</summary>
    public static IReadOnlyList<JsonElement> Read()
    {
        var folder = Environment.GetEnvironmentVariable("MILVUS_CHART_RECORDINGS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "MILVUS_CHART_RECORDINGS does not name a folder with what the Milvus chart renders.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder!, "servicemonitors.json")));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }
}
