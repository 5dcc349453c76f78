using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>An object that did not become ready.</summary>
/// <param name="Id">Which.</param>
/// <param name="State">What it, or its controller, says.</param>
/// <param name="Problems">What its pods say; none where they say nothing.</param>
/// <param name="WaitsForOperator">Whether it is a resource of an operator that does not run.</param>
internal sealed record UnreadyObject(ResourceId Id, ReadyState State, IReadOnlyList<PodProblem> Problems, bool WaitsForOperator)
{
    /// <summary>All that is said of it.</summary>
    public string Text => Problems.Count == 0
        ? State.Message
        : string.Join(", ", Problems.Select(problem => OneLine.TrimPunctuation(problem.ToString())).Prepend(OneLine.TrimPunctuation(State.Message)));
}
