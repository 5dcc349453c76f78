using MilvusMonitoring.Kubernetes.Errors;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Tells a failure of the server from failures of single objects. Thread-safe.</summary>
internal sealed class ServerFailures
{
    /// <summary>
    /// If more objects than this fail with a server error, the server is at fault, and the operation stops: each further object would be
    /// retried for a minute.
    /// </summary>
    private const int Most = 3;

    private int _count;

    /// <summary>Counts the error of an object.</summary>
    /// <param name="error">The error; null if the object has none.</param>
    /// <exception cref="MonitoringException">The same error, if there are too many: the server is at fault.</exception>
    public void ThrowIfTooMany(MonitoringException? error)
    {
        if (error is not null && ClusterFailure.IsServerFault(error) && Interlocked.Increment(ref _count) > Most)
        {
            throw error;
        }
    }

    /// <summary>
    /// Lists each cause once. If the server itself has failed, its failure stands for the server errors of single objects: the stack shows
    /// those objects.
    /// </summary>
    public static IReadOnlyList<MonitoringException> ListErrors(ExecutionResult result)
    {
        var autopilot = AutopilotRefusal.Find(result.Resources);
        var errors = result.Resources
            .Select(resource => resource.Error)
            .OfType<MonitoringException>()
            .Where(error => error.AutopilotRule is null)
            .Concat(new[] { autopilot }.OfType<MonitoringException>());
        return result.Failure is { } failure
            ? [.. errors.Where(error => error != failure && !ClusterFailure.IsServerFault(error)), failure]
            : [.. errors];
    }
}
