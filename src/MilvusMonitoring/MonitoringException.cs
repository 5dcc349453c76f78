namespace MilvusMonitoring;

/// <summary>An error with a stable id and a message of one line: what is wrong, and what to do.</summary>
public sealed class MonitoringException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="errorId">One of <see cref="MilvusMonitoring.ErrorId"/>.</param>
    /// <param name="message">What is wrong, then what to do; one line, without secrets.</param>
    /// <param name="target">The object of the error, such as <c>Kind/namespace/name</c>, a file or a server.</param>
    /// <param name="innerException">The exception that caused the error.</param>
    public MonitoringException(string errorId, string message, string? target = null, Exception? innerException = null)
        : base(SafeText.Clean(message), SafeCause.Of(innerException))
    {
        ErrorId = errorId;
        Target = SafeText.Clean(target);
        Reason = Message.TrimEnd('.', ';', ':', ',', ' ');
    }

    /// <summary>Creates the error from its parts. The message is <c>reason; remedy.</c></summary>
    /// <param name="errorId">One of <see cref="MilvusMonitoring.ErrorId"/>.</param>
    /// <param name="reason">What is wrong; one line without a full stop and without secrets.</param>
    /// <param name="remedy">What to do; null if there is nothing to do.</param>
    /// <param name="target">The object of the error.</param>
    /// <param name="innerException">The exception that caused the error.</param>
    internal MonitoringException(string errorId, string reason, string? remedy, string? target, Exception? innerException = null)
        : this(errorId, remedy is null ? $"{reason}." : $"{reason}; {remedy}.", target, innerException)
    {
        Reason = SafeText.Clean(reason);
        Remedy = SafeText.Clean(remedy);
    }

    /// <summary>The stable id: one of <see cref="MilvusMonitoring.ErrorId"/>.</summary>
    public string ErrorId { get; }

    /// <summary>The object of the error, such as <c>Kind/namespace/name</c>, a file or a server.</summary>
    public string? Target { get; }

    /// <summary>What is wrong, without a full stop.</summary>
    internal string Reason { get; }

    /// <summary>What to do, without a full stop; null if the error has no remedy.</summary>
    internal string? Remedy { get; }

    /// <summary>The user whose request the API server denied; null if the server did not name the user.</summary>
    internal string? DeniedUser { get; init; }

    /// <summary>The rule of GKE Autopilot that refuses the object; null for any other error.</summary>
    internal string? AutopilotRule { get; init; }
}
