using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MilvusMonitoring.Benchmarks.Parsing;

/// <summary>One reading.</summary>
/// <param name="Count">How many objects there were.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="AllocatedBytes">What was allocated on the managed heap, garbage included.</param>
internal sealed record ParseRun(int Count, double Milliseconds, long AllocatedBytes)
{
    /// <summary>Reads in this process.</summary>
    public static async Task<ParseRun> HereAsync(ParseWay way, string folder, CancellationToken cancellationToken)
    {
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        var count = await way.ReadAsync(folder, cancellationToken);
        return new ParseRun(count, clock.Elapsed.TotalMilliseconds, GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }

    /// <summary>Reads as the first thing that a new process does.</summary>
    public static async Task<ParseRun> InNewProcessAsync(ParseWay way, string folder, CancellationToken cancellationToken)
    {
        using var process = Process.Start(OwnProgram.Start("--parse", way.Name, folder))!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize(output, ParseMessages.Default.ParseRun)!
            : throw new BenchmarkException($"Reading by '{way.Name}' in a new process failed.");
    }

    /// <summary>What that process does.</summary>
    public static async Task<int> AnswerAsync(string way, string folder)
    {
        var run = await HereAsync(ParseWay.All.Single(candidate => candidate.Name == way), folder, CancellationToken.None);
        Console.Out.WriteLine(JsonSerializer.Serialize(run, ParseMessages.Default.ParseRun));
        return 0;
    }
}

/// <summary>Readings as lines of JSON.</summary>
[JsonSerializable(typeof(ParseRun))]
internal sealed partial class ParseMessages : JsonSerializerContext;
