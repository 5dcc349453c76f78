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
        Reason = message.TrimEnd('.', ';', ':', ',', ' ');
    }

    /// <summary>Creates the error from its parts, of which the message is composed: <c>reason; remedy.</c></summary>
    /// <param name="errorId">One of <see cref="MilvusMonitoring.ErrorId"/>.</param>
    /// <param name="reason">What is wrong; one line without a full stop, no secret in it.</param>
    /// <param name="remedy">What to do, to follow the reason; null where there is nothing to do.</param>
    /// <param name="target">What the error is about.</param>
    /// <param name="innerException">The cause, if another exception was one.</param>
    internal MonitoringException(string errorId, string reason, string? remedy, string? target, Exception? innerException = null)
        : this(errorId, remedy is null ? $"{reason}." : $"{reason}; {remedy}.", target, innerException)
    {
        Reason = reason;
        Remedy = remedy;
    }

    /// <summary>The stable id: one of <see cref="MilvusMonitoring.ErrorId"/>.</summary>
    public string ErrorId { get; }

    /// <summary>What the error is about, such as <c>Kind/namespace/name</c>, a file or a server.</summary>
    public string? Target { get; }

    /// <summary>What is wrong, without a full stop.</summary>
    internal string Reason { get; }

    /// <summary>What to do, without a full stop; null where the error does not say it.</summary>
    internal string? Remedy { get; }

    /// <summary>The user whom the API server refused something, where it says so.</summary>
    internal string? DeniedUser { get; init; }
}
