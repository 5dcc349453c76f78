namespace MilvusMonitoring;

/// <summary>Where a test alert went: one object for each way in which a receiver is notified.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/> and <see cref="Context"/> bind to the parameters of the next command of a pipeline, so that it uses the same
/// cluster.
/// </remarks>
public sealed record MilvusAlertDelivery
{
    /// <summary>What became of the notification.</summary>
    public required AlertDeliveryStatus Status { get; init; }

    /// <summary>The severity of the test alert.</summary>
    public required string Severity { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of the receiver in the configuration of the Alertmanager.</summary>
    public string? Receiver { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// How the receiver is notified, in Alertmanager's word: <c>webhook</c>, <c>slack</c>, <c>email</c>; null if it is not.
    /// </summary>
    public string? Integration { get; init => field = SafeText.Clean(value); }

    /// <summary>The matchers of the route that leads to the receiver; <c>{}</c> for the first route.</summary>
    public string? Route { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// How many requests to notify were sent while the command waited, by all replicas together. Unless the Alertmanager tells receivers
    /// apart, those of other receivers with the same integration count too.
    /// </summary>
    public long Requests { get; init; }

    /// <summary>How many of the requests have failed.</summary>
    public long FailedRequests { get; init; }

    /// <summary>
    /// What was seen, in one line: the error of the receiver, if there is one. Addresses in it are shortened to their host.
    /// </summary>
    public string? Detail { get; init => field = SafeText.Clean(value); }

    /// <summary>What to do; null if there is nothing to do.</summary>
    public string? Remedy { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of the Milvus that the alert names; null for none.</summary>
    public string? Instance { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace that the alert names; null for none.</summary>
    public string? Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The Alertmanager, or its addresses.</summary>
    public required string Alertmanager { get; init => field = SafeText.Clean(value); }

    /// <summary>How long the command waited for the notification.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether the object is a plan, as under <c>-WhatIf</c>: no alert was sent.</summary>
    public bool IsPlan { get; init; }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The delivery in text.</summary>
    /// <returns><c>critical to milvus-monitoring/webhook (webhook): Sent</c>.</returns>
    public override string ToString() =>
        Receiver is null ? $"{Severity}: {Status}" : $"{Severity} to {Receiver} ({Integration ?? "nobody"}): {Status}";
}
