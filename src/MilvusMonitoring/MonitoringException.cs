namespace MilvusMonitoring;

/// <summary>An error in words for the person at the terminal: one line that says what is wrong and what to do.</summary>
public sealed class MonitoringException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="errorId">One of <see cref="MilvusMonitoring.ErrorId"/>.</param>
    /// <param name="message">What is wrong, then what to do; one line, no secret in it.</param>
    /// <param name="target">What the error is about, such as <c>Kind/namespace/name</c>, a file or a server.</param>
    /// <param name="innerException">The cause, if another exception was one.</param>
    public MonitoringException(string errorId, string message, string? target = null, Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        Target = target;
    }

    /// <summary>The stable id: one of <see cref="MilvusMonitoring.ErrorId"/>.</summary>
    public string ErrorId { get; }

    /// <summary>What the error is about, such as <c>Kind/namespace/name</c>, a file or a server.</summary>
    public string? Target { get; }

    /// <summary>The user whom the API server refused something, where it says so.</summary>
    internal string? DeniedUser { get; init; }
}
