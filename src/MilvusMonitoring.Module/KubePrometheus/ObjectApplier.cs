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
/// Applies one object and returns its result. A failure of the object is part of the result; a failure of the whole cluster is thrown.
/// </summary>
internal sealed class ObjectApplier(ClusterClient client, OperationProgress progress, bool forceConflicts)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(30);

    /// <summary>Applies an object of a kind that the server already serves.</summary>
    public Task<ResourceResult> ApplyAsync(PlannedResource planned, Deadline deadline, CancellationToken cancellationToken) =>
        ApplyAsync(planned, false, deadline, cancellationToken);

    /// <summary>
    /// Applies a resource whose CRD has just become established. The server responds with 404 until its handlers know the kind.
    /// </summary>
    public Task<ResourceResult> ApplyNewKindAsync(PlannedResource planned, Deadline deadline, CancellationToken cancellationToken) =>
        ApplyAsync(planned, true, deadline, cancellationToken);

    /// <summary>
    /// Restarts a workload's rollout as <c>kubectl rollout restart</c> does. The annotation is the same, so that the next restart by
    /// kubectl overwrites it.
    /// </summary>
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
        return ClusterFailure.AffectsEveryRequest(error) ? throw error : Fail(planned, error, clock);
    }

    private async Task<ResourceResult> ApplyAsync(
        PlannedResource planned,
        bool mayLag,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var pause = FirstPause;
        var force = forceConflicts || planned.Forces;
        var json = planned.Manifest!.ReadJson();
        while (true)
        {
            var answer = await client.ApplyAsync(planned.Type!, planned.Id, json, force, cancellationToken).ConfigureAwait(false);
            if (answer.Metadata is { DeletionTimestamp: not null } terminating)
            {
                // A terminating object accepts the change, and disappears with it.
                var blocker = await DeletionWait
                    .UntilGoneAsync(client, planned.Type!, planned.Id, terminating.Uid, deadline, progress.Waiting, cancellationToken)
                    .ConfigureAwait(false);
                if (blocker is not null)
                {
                    return Fail(planned, CreateStillTerminating(planned.Id, deadline, blocker), clock);
                }

                continue;
            }

            if (answer.Metadata is { } live)
            {
                return new ResourceResult
                {
                    Planned = planned,
                    Action = FindAction(planned, answer.Created, live),
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

            var error = ClusterErrors.From(refusal, $"apply {planned.Id} of {planned.Manifest.Location}", planned.Id.ToString());
            if (ClusterFailure.AffectsEveryRequest(error))
            {
                throw error;
            }

            return Fail(planned, error, clock);
        }
    }

    private static ResourceResult Fail(PlannedResource planned, MonitoringException error, Stopwatch clock) =>
        new() { Planned = planned, Action = ResourceAction.Failed, Error = error, Duration = clock.Elapsed };

    private static MonitoringException CreateStillTerminating(ResourceId id, Deadline deadline, string blocker) =>
        new(
            ErrorId.DeletionBlocked,
            $"{id} is being deleted and still exists after {deadline.Limit.TotalSeconds:0} s: {blocker}",
            "remove what blocks the deletion, and run the command again",
            id.ToString());

    /// <summary>
    /// If the plan did not find the object and the apply did, then an earlier try created the object and its response was lost.
    /// </summary>
    private static ResourceAction FindAction(PlannedResource planned, bool created, ObjectMetadata live)
    {
        if (created || planned.Live is not { } before)
        {
            return ResourceAction.Created;
        }

        return before.Uid == live.Uid && before.ResourceVersion == live.ResourceVersion
            ? ResourceAction.Unchanged
            : ResourceAction.Configured;
    }
}

/// <summary>Conflicts with this module itself: to the server, what Grant has written to a role belongs to another field manager.</summary>
internal static class FieldConflicts
{
    /// <summary>Whether an apply failed for conflicts, and this module manages every field in question.</summary>
    public static bool AreOurs(StatusBody failure) =>
        failure.IsFieldConflict
        && failure.Causes.All(cause =>
            cause.Message.StartsWith($"conflict with \"{FieldManagerEntry.OurName}\"", StringComparison.Ordinal));
}
