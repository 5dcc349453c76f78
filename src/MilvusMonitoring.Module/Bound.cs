using System.Globalization;

namespace MilvusMonitoring;

/// <summary>The most that a reader takes of data from outside.</summary>
/// <param name="Reader">What is bounded, such as <c>a response of the API server</c>.</param>
/// <param name="Limit">The limit, a number of <paramref name="Unit"/>.</param>
/// <param name="Unit">The unit: <c>bytes</c>, <c>seconds</c>, or what is counted.</param>
internal sealed record Bound(string Reader, int Limit, string Unit)
{
    public const string Bytes = "bytes";

    private const string Seconds = "seconds";

    public Bound(string reader, TimeSpan limit)
        : this(reader, (int)limit.TotalSeconds, Seconds)
    {
    }

    public TimeSpan Time => TimeSpan.FromSeconds(Limit);

    /// <summary>Creates the error of data that is over the limit.</summary>
    /// <param name="subject">The data, to begin the error.</param>
    public MonitoringException CreateExceeded(string errorId, string subject, string remedy, string? target) =>
        new(errorId, $"{subject} exceeds the limit of {this} for {Reader}", remedy, target);

    /// <summary>The limit in text.</summary>
    /// <returns><c>8 MiB</c>, <c>64 KiB</c>, <c>30 s</c>, <c>500,000 objects</c>.</returns>
    public override string ToString() => Unit switch
    {
        Bytes when Limit >= 1 << 20 => $"{Limit >> 20} MiB",
        Bytes => $"{Limit >> 10} KiB",
        Seconds => $"{Limit} s",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Limit:#,0} {Unit}"),
    };
}
