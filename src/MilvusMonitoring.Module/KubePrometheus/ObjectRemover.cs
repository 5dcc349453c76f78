using System.Diagnostics;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Deletes one object and waits until it is gone. A failure of the object is part of the result; a failure of the whole cluster is thrown.
/// </summary>
internal sealed class ObjectRemover(ClusterClient client, OperationProgress progress)
{
    /// <param name="planned">The object, with its metadata.</param>
    /// <param name="deadline">Until when to wait for the deletion.</param>
    public async Task<ResourceResult> RemoveAsync(PlannedResource planned, Deadline deadline, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var (type, uid) = (planned.Type!, planned.Live!.Uid);
        var answer = planned.Live.DeletionTimestamp is null
            ? await client.DeleteAsync(type, planned.Id, uid, cancellationToken).ConfigureAwait(false)
            : DeleteResult.Terminating;
        MonitoringException? error = null;
        if (answer.Failure is { } failure && !IsAlreadyTerminating(planned, failure))
        {
            error = ClusterErrors.From(failure, $"delete {planned.Id}", planned.Id.ToString());
        }
        else if (!answer.IsGone)
        {
            error = await WaitAsync(type, planned.Id, uid, deadline, cancellationToken).ConfigureAwait(false);
        }

        if (error is not null && ClusterFailure.AffectsEveryRequest(error))
        {
            throw error;
        }

        return new ResourceResult
        {
            Planned = planned,
            Action = error is null ? ResourceAction.Deleted : ResourceAction.Failed,
            Error = error,
            Duration = clock.Elapsed,
        };
    }

    /// <summary>The server responds with a conflict if a namespace that is being deleted is deleted again.</summary>
    private static bool IsAlreadyTerminating(PlannedResource planned, StatusBody failure) =>
        failure.Code == 409 && planned.Id.IsNamespace;

    private async Task<MonitoringException?> WaitAsync(
        ResourceType type,
        ResourceId id,
        string uid,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var blocker = await DeletionWait
            .UntilGoneAsync(client, type, id, uid, deadline, progress.Waiting, cancellationToken).ConfigureAwait(false);
        return blocker is null
            ? null
            : new MonitoringException(
                ErrorId.DeletionBlocked,
                $"{id} still exists after {deadline.Limit.TotalSeconds:0} s: {blocker}",
                "remove what blocks the deletion, and run the command again",
                id.ToString());
    }
}
