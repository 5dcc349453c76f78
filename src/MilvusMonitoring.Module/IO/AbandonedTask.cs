namespace MilvusMonitoring.IO;

/// <summary>Work that goes on after the last one who waited for it has left, as after Ctrl+C or a time limit.</summary>
internal static class AbandonedTask
{
    /// <summary>
    /// Reads the error of a task that perhaps nobody waits for. An error that nobody has read is raised in the process as an
    /// <see cref="TaskScheduler.UnobservedTaskException"/>, which a host may take for a fault of its own.
    /// </summary>
    public static void ObserveError(this Task task) => task.ContinueWith(
        static ended => ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
