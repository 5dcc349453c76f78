using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Access;

/// <summary>Executes planned writes.</summary>
internal sealed class AccessExecutor(ClusterClient client, IActivitySink sink)
{
    /// <summary>Executes the writes of one access.</summary>
    /// <param name="planAgain">Plans again, if somebody else has changed a role between the read and the patch.</param>
    public async Task<PrometheusAccess> ExecuteAsync(
        PlannedAccess planned,
        Func<Task<PlannedAccess>> planAgain,
        CancellationToken cancellationToken)
    {
        var attempts = new ChangeAttempts(sink);
        while (true)
        {
            var outdated = false;
            foreach (var write in planned.Writes)
            {
                outdated |= !await TryWriteAsync(write, cancellationToken).ConfigureAwait(false);
            }

            if (!outdated)
            {
                return planned.Access;
            }

            await attempts.PauseAsync(planned.Writes[0].Id, cancellationToken).ConfigureAwait(false);
            planned = await planAgain().ConfigureAwait(false);
        }
    }

    /// <summary>Executes one write.</summary>
    /// <returns>Whether the write succeeded; if not, the object has changed since it was read.</returns>
    private async Task<bool> TryWriteAsync(RoleWrite write, CancellationToken cancellationToken)
    {
        var refusal = write.Mode switch
        {
            RoleWriteMode.Patch => await PatchAsync(write, cancellationToken).ConfigureAwait(false),
            RoleWriteMode.Apply => (
                await client.ApplyAsync(write.Type, write.Id, write.Body, force: true, cancellationToken).ConfigureAwait(false)).Failure,
            _ => (await client.DeleteAsync(write.Type, write.Id, null, cancellationToken).ConfigureAwait(false)).Failure,
        };
        if (refusal is null)
        {
            sink.Verbose($"{write.Action} {write.Id}");
            return true;
        }

        // The response to a failed test of a JSON patch is the same as to any other faulty patch. Only the live object tells them apart.
        if (write.Mode == RoleWriteMode.Patch && refusal.Code is 409 or 422)
        {
            var live = await client.FindMetadataAsync(write.Type, write.Id, cancellationToken).ConfigureAwait(false);
            if (live is not null && IsDone(write, live))
            {
                await new InventoryUpdate(client, sink)
                    .UpdateAsync(write.Id, write.Before, live, cancellationToken).ConfigureAwait(false);
                return true;
            }

            if (live?.ResourceVersion != write.Before?.ResourceVersion)
            {
                return false;
            }
        }

        throw ClusterErrors.From(refusal, $"write {write.Id}", write.Id.ToString());
    }

    private async Task<StatusBody?> PatchAsync(RoleWrite write, CancellationToken cancellationToken)
    {
        var answer = await client.PatchAsync(write.Type, write.Id, write.Body, cancellationToken).ConfigureAwait(false);
        if (answer.Metadata is { } live)
        {
            await new InventoryUpdate(client, sink)
                    .UpdateAsync(write.Id, write.Before, live, cancellationToken).ConfigureAwait(false);
        }

        return answer.Failure;
    }

    /// <summary>
    /// Whether an earlier attempt, whose response was lost, has done the write: the role has the annotation of this patch, and nobody else
    /// has changed the role since it was read.
    /// </summary>
    private static bool IsDone(RoleWrite write, ObjectMetadata live) =>
        live.ResourceVersion != write.Before?.ResourceVersion
        && live.Annotations.GetValueOrDefault(GrantedRules.AnnotationName) == write.Annotation
        && live.Managers.Where(manager => !manager.IsByUs).SequenceEqual((write.Before?.Managers ?? []).Where(manager => !manager.IsByUs));
}
