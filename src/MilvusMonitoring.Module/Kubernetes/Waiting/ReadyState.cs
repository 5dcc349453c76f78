namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Whether an object is ready; if not, what it is waiting for.</summary>
/// <param name="Message">What the object is waiting for, in a few words; empty if it is ready.</param>
internal sealed record ReadyState(bool IsReady, string Message)
{
    /// <summary>Why the server refuses to create the object's pods; null if it creates them, or if no reason is known.</summary>
    public string? Refusal { get; init; }

    public static ReadyState Ready { get; } = new(true, string.Empty);

    public static ReadyState NotYet(string message) => new(false, message);
}
