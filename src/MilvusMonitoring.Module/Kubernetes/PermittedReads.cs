using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Reads that may be left out if the caller lacks the permission.</summary>
internal static class PermittedReads
{
    /// <summary>Takes the result of a read, or nothing where the API server denies the permission; the sink gets a verbose line then.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="read">The read.</param>
    /// <param name="sink">Where a denial is told.</param>
    /// <param name="otherwise">What stands in for the result after a denial.</param>
    /// <returns>The result.</returns>
    public static async Task<T?> IfPermittedAsync<T>(this Task<T?> read, IActivitySink sink, T? otherwise = default)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return otherwise;
        }
    }
}
