namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>The server that takes emails, and how to sign in to it.</summary>
/// <param name="SmartHost">Host and port: <c>mail.example.com:587</c>.</param>
/// <param name="UserName">Who signs in; null for nobody.</param>
/// <param name="RequiresTls">Whether a connection without TLS is refused.</param>
internal sealed record EmailSettings(IReadOnlyList<string> To, string From, string SmartHost, string? UserName, bool RequiresTls);

/// <summary>A receiver as the user asks for it, without its secret.</summary>
internal sealed record ReceiverSettings(string Name, AlertReceiverType Type)
{
    /// <summary>The severities; empty for all.</summary>
    public IReadOnlyList<string> Severities { get; init; } = [];

    /// <summary>The only Milvus whose alerts are received, with its namespace; null for every Milvus.</summary>
    public (string Namespace, string Name)? Instance { get; init; }

    /// <summary>The address of a webhook that is no secret; null if the address is the secret.</summary>
    public Uri? Address { get; init; }

    /// <summary>The channel of Slack; null for that of the incoming webhook.</summary>
    public string? Channel { get; init; }

    public EmailSettings? Email { get; init; }

    /// <summary>What of the target is no secret.</summary>
    public string? Target => Address?.ToString() ?? Channel ?? (Email is null ? null : string.Join(", ", Email.To));
}
