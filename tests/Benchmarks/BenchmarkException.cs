namespace MilvusMonitoring.Benchmarks;

/// <summary>A measurement that would mean nothing, because the work was not done.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
