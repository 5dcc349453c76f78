namespace MilvusMonitoring;

/// <summary>A receiver of alerts of Milvus. No property holds a secret.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/>, <see cref="Context"/> and <see cref="Name"/> bind to the parameters of the next command of a pipeline, so
/// that it uses the same receiver.
/// </remarks>
public sealed record MilvusAlertReceiver
{
    /// <summary>The name of the receiver, as <c>Set-MilvusAlertReceiver</c> was given it.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>How the receiver is notified.</summary>
    public required AlertReceiverType Type { get; init; }

    /// <summary>The severities of the alerts; empty for all.</summary>
    public IReadOnlyList<string> Severity { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>The name of the only Milvus whose alerts are received; null for every Milvus.</summary>
    public string? Instance { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of that Milvus; null for every Milvus.</summary>
    public string? InstanceNamespace { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// The part of the target that is not secret: the addresses of an email, the channel of Slack, the address of a webhook that was not
    /// given as a secret; null if all of it is secret.
    /// </summary>
    public string? Target { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// The object that holds the receiver: <c>AlertmanagerConfig/milvus/milvus-alerts-slack</c>, or the Alertmanager's Secret.
    /// </summary>
    public required string Resource { get; init => field = SafeText.Clean(value); }

    /// <summary>The Alertmanager that notifies: <c>Alertmanager/monitoring/main</c>.</summary>
    public required string Alertmanager { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of the receiver in the configuration of the Alertmanager.</summary>
    public required string ReceiverName { get; init => field = SafeText.Clean(value); }

    /// <summary>What the command did to the receiver, or under <c>-WhatIf</c> would do; null if the command only read it.</summary>
    public ResourceAction? Action { get => IsPlan ? field?.AsPlanned() : field; init; }

    /// <summary>Whether <see cref="Action"/> is a plan, as under <c>-WhatIf</c>: nothing was written to the cluster.</summary>
    public bool IsPlan { get; init; }

    /// <summary>Why the command chose this object, or another hint; null if there is nothing to say.</summary>
    public string? Message { get; init => field = SafeText.Clean(value); }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The receiver in text.</summary>
    /// <returns><c>Slack receiver 'slack' of Alertmanager/monitoring/main</c>.</returns>
    public override string ToString() => $"{Type} receiver '{Name}' of {Alertmanager}";
}
