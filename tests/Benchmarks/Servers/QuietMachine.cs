using System.Globalization;

namespace MilvusMonitoring.Benchmarks.Servers;

/// <summary>Waits until what an earlier work has started is over: an API server goes on for seconds after a CRD has changed.</summary>
internal static class QuietMachine
{
    private const string Statistics = "/proc/stat";
    private const double QuietShare = 0.9;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    /// <summary>Waits until the processors are idle, or at most for 15 s; not at all where there is no /proc.</summary>
    public static async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Statistics))
        {
            return;
        }

        var end = DateTime.UtcNow + s_limit;
        var before = Read();
        do
        {
            await Task.Delay(s_interval, cancellationToken);
            var now = Read();
            if (now.Idle - before.Idle >= QuietShare * (now.All - before.All))
            {
                return;
            }

            before = now;
        }
        while (DateTime.UtcNow < end);
    }

    /// <summary>The time of all processors, and how much of it they were idle.</summary>
    private static (long Idle, long All) Read()
    {
        const int Idle = 3;
        var times = File.ReadLines(Statistics).First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var numbers = times.Select(time => long.Parse(time, CultureInfo.InvariantCulture)).ToList();
        return (numbers[Idle], numbers.Sum());
    }
}
