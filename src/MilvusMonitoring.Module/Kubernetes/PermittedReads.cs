using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Reads that the module can do without if the user lacks the permission.</summary>
internal static class PermittedReads
{
    /// <summary>Returns the result of a read. If the API server denies the read, writes a verbose line and returns a substitute.</summary>
    /// <param name="otherwise">The substitute for the result.</param>
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

    /// <summary>
    /// Returns the result of a listing. If the API server denies the listing, writes a verbose line and returns an empty list.
    /// </summary>
    public static async Task<IReadOnlyList<T>> ListIfPermittedAsync<T>(this Task<IReadOnlyList<T>> read, IActivitySink sink)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return [];
        }
    }
}
