namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Whether an object is ready, and if not, what for it waits.</summary>
/// <param name="IsReady">Whether it is ready.</param>
/// <param name="Message">What it waits for, in a few words; empty when it is ready.</param>
internal sealed record ReadyState(bool IsReady, string Message)
{
    /// <summary>What the server says of why it lets no pod of it be made; null where it does, or nobody has said.</summary>
    public string? Refusal { get; init; }

    public static ReadyState Ready { get; } = new(true, string.Empty);

    public static ReadyState NotYet(string message) => new(false, message);
}
