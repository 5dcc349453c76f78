using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// An operator that does not see its resources: it started before their kind was served, looks for its kinds at its start only,
/// and has done nothing about them.
/// </summary>
/// <param name="Operator">Its Deployment.</param>
/// <param name="Pod">Its pod.</param>
/// <param name="StartedAt">When the pod's container started.</param>
/// <param name="Definition">The definition that was established later.</param>
/// <param name="EstablishedAt">When that was.</param>
internal sealed record BlindOperator(
    ResourceId Operator,
    string Pod,
    DateTimeOffset StartedAt,
    string Definition,
    DateTimeOffset EstablishedAt)
{
    /// <summary>What is wrong, in one line.</summary>
    public string Reason =>
        $"its pod {Pod} started at {StartedAt:HH:mm:ss}Z, before {Definition} was established at {EstablishedAt:HH:mm:ss}Z, "
        + "and the operator looks for its kinds only when it starts";
}
