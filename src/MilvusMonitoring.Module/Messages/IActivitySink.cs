namespace MilvusMonitoring.Messages;

/// <summary>Receives the messages of a capability. The cmdlet shows them on the pipeline thread. Safe from any thread.</summary>
internal interface IActivitySink
{
    /// <summary>Writes one line for <c>-Verbose</c>, without secrets.</summary>
    void Verbose(string message);

    /// <summary>Writes one line that the user should see.</summary>
    void Warning(string message);

    /// <summary>Shows the progress. Each call replaces the one before.</summary>
    /// <param name="activity">The activity, such as <c>Installing kube-prometheus v0.18.0</c>.</param>
    /// <param name="status">Counts and the current object.</param>
    /// <param name="percent">0 to 100, or -1 if unknown.</param>
    void Progress(string activity, string status, int percent);
}
