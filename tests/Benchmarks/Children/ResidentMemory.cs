using System.Globalization;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>By how much this process's resident memory grows at its peak, as Linux counts it.</summary>
internal sealed class ResidentMemory
{
    private const string Status = "/proc/self/status";

    private readonly long _before;

    private ResidentMemory(long before) => _before = before;

    /// <summary>Collects garbage and starts to look; null where there is no /proc.</summary>
    public static ResidentMemory? Settle()
    {
        if (!File.Exists(Status))
        {
            return null;
        }

        for (var round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        // 5 sets the peak back to what is resident now: an earlier peak would else hide this one.
        File.WriteAllText("/proc/self/clear_refs", "5");
        return new ResidentMemory(Read("VmRSS:"));
    }

    /// <summary>The growth since, in bytes.</summary>
    public long Growth() => Read("VmHWM:") - _before;

    private static long Read(string name)
    {
        var line = File.ReadLines(Status).First(candidate => candidate.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length).Trim()[..^" kB".Length], CultureInfo.InvariantCulture) * 1024;
    }
}
