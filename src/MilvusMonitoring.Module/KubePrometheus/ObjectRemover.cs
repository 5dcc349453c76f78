using System.Diagnostics;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Deletes one object and waits until it is gone; an object's own failure is a value, a failure of the whole cluster an exception.
/// </summary>
internal sealed class ObjectRemover(ClusterClient client, OperationProgress progress)
{
    /// <summary>Deletes the object.</summary>
    /// <param name="planned">The object, with its metadata.</param>
    /// <param name="deadline">Until when to wait for it to be gone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ResourceResult> RemoveAsync(PlannedResource planned, Deadline deadline, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var (type, uid) = (planned.Type!, planned.Live!.Uid);
        var answer = planned.Live.DeletionTimestamp is null
            ? await client.DeleteAsync(type, planned.Id, uid, cancellationToken).ConfigureAwait(false)
            : DeleteResult.Terminating;
        var error = answer.Failure is { } refusal && !IsEndingAlready(planned, refusal)
            ? ClusterErrors.From(refusal, $"delete {planned.Id}", planned.Id.ToString())
            : answer.IsGone ? null : await WaitAsync(type, planned.Id, uid, deadline, cancellationToken).ConfigureAwait(false);
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

    /// <summary>A namespace that is being deleted answers a second deletion with a conflict.</summary>
    private static bool IsEndingAlready(PlannedResource planned, StatusBody refusal) =>
        refusal.Code == 409 && planned.Id is { Group: "", Kind: "Namespace" };

    private async Task<MonitoringException?> WaitAsync(
        ResourceType type,
        ResourceId id,
        string uid,
        Deadline deadline,
        CancellationToken cancellationToken) =>
        await DeletionWait.UntilGoneAsync(client, type, id, uid, deadline, progress.Waiting, cancellationToken).ConfigureAwait(false)
            is { } why
            ? new MonitoringException(
                ErrorId.DeletionBlocked,
                $"{id} is not gone after {deadline.Limit.TotalSeconds:0} s: {why}",
                "clear that, and run the command again",
                id.ToString())
            : null;
}
