using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Applies one object and says what became of it; an object's own failure is a value, a failure of the whole cluster an exception.
/// </summary>
internal sealed class ObjectApplier(ClusterClient client, OperationProgress progress, bool forceConflicts)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(30);

    /// <summary>Applies an object of a kind that the server has served all along.</summary>
    public Task<ResourceResult> ApplyAsync(PlannedResource planned, Deadline deadline, CancellationToken cancellationToken) =>
        ApplyAsync(planned, false, deadline, cancellationToken);

    /// <summary>
    /// Applies a resource whose definition has just become established: the server answers 404 until its handlers have caught up.
    /// </summary>
    public Task<ResourceResult> ApplyNewKindAsync(PlannedResource planned, Deadline deadline, CancellationToken cancellationToken) =>
        ApplyAsync(planned, true, deadline, cancellationToken);

    /// <summary>
    /// Restarts a workload's rollout as <c>kubectl rollout restart</c> does, by the same annotation, so that whoever restarts it next
    /// writes over this.
    /// </summary>
    /// <param name="planned">The workload.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<ResourceResult> RestartAsync(PlannedResource planned, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var now = DateTimeOffset.UtcNow;
        var annotations = new JsonObject
        {
            ["kubectl.kubernetes.io/restartedAt"] = now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        };
        var template = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        var patch = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } };
        var answer = await client
            .MergeAsync(
                planned.Type!,
                planned.Id,
                Encoding.UTF8.GetBytes(patch.ToJsonString()),
                FieldManagerEntry.RestartName,
                cancellationToken).ConfigureAwait(false);
        if (answer.Failure is not { } refusal)
        {
            return new ResourceResult
            {
                Planned = planned,
                Action = ResourceAction.Configured,
                Live = answer.Metadata,
                Message = planned.Message,
                Duration = clock.Elapsed,
            };
        }

        var error = ClusterErrors.From(refusal, $"restart the rollout of {planned.Id}", planned.Id.ToString());
        return ClusterFailure.AffectsEveryRequest(error) ? throw error : Failed(planned, error, clock);
    }

    private async Task<ResourceResult> ApplyAsync(
        PlannedResource planned,
        bool mayLag,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var pause = FirstPause;
        var force = forceConflicts;
        var json = planned.Manifest!.ReadJson();
        while (true)
        {
            var answer = await client.ApplyAsync(planned.Type!, planned.Id, json, force, cancellationToken).ConfigureAwait(false);
            if (answer.Metadata is { DeletionTimestamp: not null } ending)
            {
                // What is being deleted takes the change, and is gone with it.
                if (
                    await DeletionWait
                        .UntilGoneAsync(client, planned.Type!, planned.Id, ending.Uid, deadline, progress.Waiting, cancellationToken)
                        .ConfigureAwait(false) is
                    { } why)
                {
                    return Failed(planned, StillEnding(planned.Id, deadline, why), clock);
                }

                continue;
            }

            if (answer.Metadata is { } live)
            {
                return new ResourceResult
                {
                    Planned = planned,
                    Action = ActionOf(planned, answer.Created, live),
                    Live = live,
                    Duration = clock.Elapsed,
                };
            }

            var refusal = answer.Failure!;
            if (mayLag && refusal.Code == 404 && refusal.Kind != "namespaces" && clock.Elapsed < LongestLag)
            {
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                pause = Backoff.Next(pause, LongestPause);
                continue;
            }

            if (!force && FieldConflicts.AreOurs(refusal))
            {
                force = true;
                continue;
            }

            var error = ClusterErrors.From(refusal, $"apply {planned.Id} of {planned.Manifest.Place}", planned.Id.ToString());
            if (ClusterFailure.AffectsEveryRequest(error))
            {
                throw error;
            }

            return Failed(planned, error, clock);
        }
    }

    private static ResourceResult Failed(PlannedResource planned, MonitoringException error, Stopwatch clock) =>
        new() { Planned = planned, Action = ResourceAction.Failed, Error = error, Duration = clock.Elapsed };

    private static MonitoringException StillEnding(ResourceId id, Deadline deadline, string why) =>
        new(
            ErrorId.DeletionBlocked,
            $"{id} is being deleted and not gone after {deadline.Limit.TotalSeconds:0} s: {why}",
            "clear that, and run the command again",
            id.ToString());

    /// <summary>An object that the plan did not find and that is there already was made by a try whose answer was lost.</summary>
    private static ResourceAction ActionOf(PlannedResource planned, bool created, ObjectMetadata live) =>
        created || planned.Live is null ? ResourceAction.Created
        : planned.Live is { } before && before.Uid == live.Uid && before.ResourceVersion == live.ResourceVersion ? ResourceAction.Unchanged
        : ResourceAction.Configured;
}
