namespace MilvusMonitoring.Benchmarks.Contenders;

/// <summary>One way to do the same work on the same server.</summary>
internal interface IContender
{
    /// <summary>Does the work, whole or not at all.</summary>
    /// <returns>How long it took.</returns>
    /// <exception cref="BenchmarkException">It was not done.</exception>
    Task<TimeSpan> RunAsync(StackWork work, CancellationToken cancellationToken);
}
