namespace MilvusMonitoring.Benchmarks.Reporting;

/// <summary>The same thing measured several times.</summary>
internal sealed class Series
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public double Median
    {
        get
        {
            var sorted = _values.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    public double Largest => _values.Max();

    public double Smallest => _values.Min();

    public void Add(double value) => _values.Add(value);

    public void Add(TimeSpan value) => _values.Add(value.TotalMilliseconds);
}
