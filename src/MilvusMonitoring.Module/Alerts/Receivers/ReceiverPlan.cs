using System.Text.Json.Nodes;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>What the user asks for.</summary>
/// <param name="Settings">The receiver.</param>
/// <param name="Secret">Its secret; null if it needs none.</param>
/// <param name="Alertmanager">Which Alertmanager notifies.</param>
internal sealed record ReceiverRequest(ReceiverSettings Settings, ReceiverSecret? Secret, AlertmanagerChoice Alertmanager);

/// <summary>What becomes of one receiver. Planning only reads.</summary>
/// <param name="Receiver">The receiver as it is shown, with what becomes of it.</param>
internal sealed record ReceiverPlan(MilvusAlertReceiver Receiver)
{
    /// <summary>The change of the Alertmanager's Secret; null if the receiver lies elsewhere.</summary>
    public FileChange? File { get; init; }

    /// <summary>The AlertmanagerConfig to write or to delete; null if the receiver lies elsewhere.</summary>
    public ConfigChange? Config { get; init; }

    /// <summary>What the user has to know when it is done.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public bool IsChange => Receiver.Action is ResourceAction.Created or ResourceAction.Configured or ResourceAction.Deleted;
}

/// <summary>The change of a file in a Secret.</summary>
/// <param name="Id">The Secret.</param>
/// <param name="File">The file as it was read.</param>
/// <param name="Receivers">The receivers that it is to have.</param>
internal sealed record FileChange(ResourceId Id, AlertmanagerFile File, IReadOnlyList<OwnReceiver> Receivers);

/// <summary>An AlertmanagerConfig and the Secret beside it.</summary>
/// <param name="Id">The AlertmanagerConfig.</param>
/// <param name="Live">The AlertmanagerConfig as it was read; null if there is none.</param>
/// <param name="Object">The AlertmanagerConfig to apply; null to delete it.</param>
/// <param name="SecretId">
/// The Secret of this module beside it; null if the receiver has no secret, or refers to a Secret of the user.
/// </param>
internal sealed record ConfigChange(ResourceId Id, ObjectMetadata? Live, JsonObject? Object, ResourceId? SecretId);
