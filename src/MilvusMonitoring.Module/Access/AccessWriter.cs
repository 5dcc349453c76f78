using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Access;

/// <summary>Carries planned writes out.</summary>
internal sealed class AccessWriter(ClusterClient client, IActivitySink sink)
{
    private const int Attempts = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Does the writes of one access.</summary>
    /// <param name="planned">The plan.</param>
    /// <param name="planAgain">Plans anew after somebody else has written to a role between reading and patching.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What became of the access.</returns>
    public async Task<PrometheusAccess> WriteAsync(
        PlannedAccess planned,
        Func<Task<PlannedAccess>> planAgain,
        CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
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

            var id = planned.Writes[0].Id;
            if (attempt == Attempts)
            {
                throw new MonitoringException(
                    ErrorId.ObjectChanged,
                    $"{id} was changed by somebody else each of the {Attempts} times that it was to be patched",
                    "see what keeps writing to it, and run the command again",
                    id.ToString());
            }

            sink.Verbose($"{id} has changed since it was read; it is read again");
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause *= 2;
            planned = await planAgain().ConfigureAwait(false);
        }
    }

    /// <summary>Does one write.</summary>
    /// <returns>Whether it was done; if not, the object has moved on since it was read.</returns>
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

        // A test that does not hold is answered like any other fault of a patch, so the object itself has to say which it was.
        if (write.Mode == RoleWriteMode.Patch && refusal.Code is 409 or 422)
        {
            var live = await client.FindMetadataAsync(write.Type, write.Id, cancellationToken).ConfigureAwait(false);
            if (live is not null && IsDone(write, live))
            {
                await new InventoryUpdate(client, sink).UpdateAsync(write, live, cancellationToken).ConfigureAwait(false);
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
            await new InventoryUpdate(client, sink).UpdateAsync(write, live, cancellationToken).ConfigureAwait(false);
        }

        return answer.Failure;
    }

    /// <summary>
    /// Whether a try whose answer was lost has done it: the role carries the note of this patch, and nobody else has written to it since it
    /// was read.
    /// </summary>
    private static bool IsDone(RoleWrite write, ObjectMetadata live) =>
        live.ResourceVersion != write.Before?.ResourceVersion
        && live.Annotations.GetValueOrDefault(GrantedRules.AnnotationName) == write.Noted
        && live.Managers.Where(manager => !manager.IsByUs).SequenceEqual((write.Before?.Managers ?? []).Where(manager => !manager.IsByUs));
}
