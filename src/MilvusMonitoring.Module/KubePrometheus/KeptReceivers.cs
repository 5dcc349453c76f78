using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Keeps the receivers that Set-MilvusAlertReceiver has added to the Alertmanager's Secret when an installation writes the Secret of its
/// manifests: to the API server the file is one field.
/// </summary>
internal static class KeptReceivers
{
    /// <summary>Whether the metadata of an object says that it holds receivers.</summary>
    public static bool MayHave(ResourceId id, ObjectMetadata live) =>
        id is { Group: "", Kind: "Secret" } && live.Annotations.ContainsKey(AlertmanagerFile.AnnotationName);

    /// <summary>Adds the receivers of the live Secret to that of the manifests.</summary>
    /// <returns>The plan to apply it; unchanged if the live Secret already is so.</returns>
    public static async Task<PlannedResource> PlanAsync(
        ClusterClient client,
        PlannedResource planned,
        CancellationToken cancellationToken)
    {
        var manifest = planned.Manifest!;
        if (AlertmanagerFile.FindText(manifest.ReadJson()) is null
            || await client.FindAsync(ResourceType.Secret, planned.Id, cancellationToken).ConfigureAwait(false) is not { } secret)
        {
            return planned;
        }

        try
        {
            var live = AlertmanagerFile.Read(secret);
            var merged = manifest.With(AlertmanagerFile.AddTo(manifest.ReadJson(), live.Receivers));
            var isSame = planned.Entry is { LeftAlone: null }
                && planned.Entry.ManifestHash == planned.ManifestHash
                && AlertmanagerFile.FindText(merged.ReadJson()) == live.Text;
            return planned with { Manifest = merged, Action = isSame ? ResourceAction.Unchanged : planned.Action };
        }
        catch (FormatException exception)
        {
            return planned with
            {
                Action = ResourceAction.Failed,
                Error = new MonitoringException(
                    ErrorId.ReceiverNotAccepted,
                    $"The receivers of {planned.Id} would be lost: its key {AlertmanagerFile.Key}, or that of the manifest, "
                        + exception.Message,
                    "correct it, or remove the receivers with Remove-MilvusAlertReceiver, and run the command again",
                    planned.Id.ToString(),
                    exception),
            };
        }
    }
}
