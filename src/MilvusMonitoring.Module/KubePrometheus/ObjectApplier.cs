using System.Diagnostics;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Applies one object and says what became of it; an object's own failure is a value, a failure of the whole cluster an exception.</summary>
internal sealed class ObjectApplier(ClusterClient client, bool forceConflicts)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(30);

    /// <summary>Applies an object of a kind that the server has served all along.</summary>
    public Task<AppliedResource> ApplyAsync(PlannedResource planned, CancellationToken cancellationToken) =>
        ApplyAsync(planned, false, cancellationToken);

    /// <summary>Applies a resource whose definition has just become established: the server answers 404 until its handlers have caught up.</summary>
    public Task<AppliedResource> ApplyNewKindAsync(PlannedResource planned, CancellationToken cancellationToken) =>
        ApplyAsync(planned, true, cancellationToken);

    private async Task<AppliedResource> ApplyAsync(PlannedResource planned, bool mayLag, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var pause = FirstPause;
        var force = forceConflicts;
        while (true)
        {
            var answer = await client.ApplyAsync(planned.Type!, planned.Id, planned.Manifest!.Json, force, cancellationToken).ConfigureAwait(false);
            if (answer.Metadata is { } live)
            {
                return new AppliedResource { Planned = planned, Action = ActionOf(planned, answer.Created, live), Live = live, Duration = clock.Elapsed };
            }

            var refusal = answer.Refusal!;
            if (mayLag && refusal.Code == 404 && refusal.Kind != "namespaces" && clock.Elapsed < LongestLag)
            {
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
                continue;
            }

            if (!force && FieldConflicts.AreOurs(refusal))
            {
                force = true;
                continue;
            }

            var error = ClusterErrors.From(refusal, $"apply {planned.Id}", planned.Id.ToString());
            if (ClusterFailure.IsOfTheWholeCluster(error))
            {
                throw error;
            }

            return new AppliedResource { Planned = planned, Action = ResourceAction.Failed, Error = error, Duration = clock.Elapsed };
        }
    }

    private static ResourceAction ActionOf(PlannedResource planned, bool created, ObjectMetadata live) =>
        created ? ResourceAction.Created
        : planned.Live is { } before && before.Uid == live.Uid && before.ResourceVersion == live.ResourceVersion ? ResourceAction.Unchanged
        : ResourceAction.Configured;
}
