using MilvusMonitoring.Kubernetes.Errors;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Tells the server's own failure from that of single objects. Safe for many objects at once.</summary>
internal sealed class ServerFailures
{
    /// <summary>
    /// So many objects that the server failed on are no fault of the objects: each has been tried for a minute, and the others would be
    /// too.
    /// </summary>
    private const int Most = 3;

    private int _count;

    /// <summary>Takes note of an object's error.</summary>
    /// <param name="error">The error; null where there was none.</param>
    /// <exception cref="MonitoringException">The same error, where it is one too many: it is the server's, and ends the work.</exception>
    public void ThrowWhereTooMany(MonitoringException? error)
    {
        if (error is not null && ClusterFailure.IsServerFault(error) && Interlocked.Increment(ref _count) > Most)
        {
            throw error;
        }
    }

    /// <summary>
    /// Each cause once: where the server itself has failed, what it failed on is in the stack, and the failure speaks for all of it.
    /// </summary>
    /// <param name="outcome">What came of the work.</param>
    public static IReadOnlyList<MonitoringException> ErrorsOf(ExecutionResult outcome)
    {
        var errors = outcome.Resources.Select(resource => resource.Error).OfType<MonitoringException>();
        return outcome.Failure is { } failure
            ? [.. errors.Where(error => error != failure && !ClusterFailure.IsServerFault(error)), failure]
            : [.. errors];
    }
}
