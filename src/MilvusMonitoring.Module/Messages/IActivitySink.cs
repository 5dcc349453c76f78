namespace MilvusMonitoring.Messages;

/// <summary>Where a capability says what it is doing; the cmdlet shows it on the pipeline thread. Safe from any thread.</summary>
internal interface IActivitySink
{
    /// <summary>One line for <c>-Verbose</c>. No secret.</summary>
    /// <param name="message">The line.</param>
    void Verbose(string message);

    /// <summary>One line that the person should see.</summary>
    /// <param name="message">The line.</param>
    void Warning(string message);

    /// <summary>How far the work is; the newest replaces the one before.</summary>
    /// <param name="activity">What is being done, such as <c>Installing kube-prometheus v0.18.0</c>.</param>
    /// <param name="status">Counts and the current object.</param>
    /// <param name="percent">0 to 100, or -1 where it cannot be known.</param>
    void Progress(string activity, string status, int percent);
}
