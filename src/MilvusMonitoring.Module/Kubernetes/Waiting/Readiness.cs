using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// The rules of readiness, one for each kind that can be ready. A status counts only if the controller has observed the newest
/// generation.
/// </summary>
internal static class Readiness
{
    private static readonly Dictionary<(string Group, string Kind), Func<JsonElement, ReadyState>> Rules = new()
    {
        [("apps", "Deployment")] = EvaluateDeployment,
        [("apps", "DaemonSet")] = EvaluateDaemonSet,
        [("apps", "StatefulSet")] = EvaluateStatefulSet,
        [("monitoring.coreos.com", "Prometheus")] = EvaluateOperatorResource,
        [("monitoring.coreos.com", "Alertmanager")] = EvaluateOperatorResource,
        [("apiregistration.k8s.io", "APIService")] = EvaluateApiService,
    };

    /// <summary>Whether a kind has a rule.</summary>
    public static bool Knows(ResourceId id) => Rules.ContainsKey((id.Group, id.Kind));

    /// <summary>Applies the rule of the object's kind.</summary>
    /// <param name="id">An object whose kind has a rule.</param>
    public static ReadyState Evaluate(ResourceId id, JsonElement live) =>
        IsObserved(live)
            ? Rules[(id.Group, id.Kind)](live)
            : ReadyState.NotYet("its controller has not observed the newest version yet");

    /// <summary>
    /// Whether a Prometheus or Alertmanager resource has conditions. Operators before 0.58 write none; the status of the StatefulSet counts
    /// then.
    /// </summary>
    public static bool HasConditions(JsonElement live) => live.Member("status").Items("conditions").Any();

    private static bool IsObserved(JsonElement live) =>
        live.Member("status").Number("observedGeneration") is not { } observed
        || observed >= (live.Member("metadata").Number("generation") ?? 0);

    private static ReadyState EvaluateDeployment(JsonElement live)
    {
        var wanted = live.Member("spec").Number("replicas") ?? 1;
        var status = live.Member("status");
        if (status.Number("observedGeneration") is null)
        {
            return ReadyState.NotYet("its controller has not started on it");
        }

        var available = status.Number("availableReplicas") ?? 0;
        if (available < wanted
            && FindCondition(status, "ReplicaFailure") is { ValueKind: JsonValueKind.Object } failure
            && failure.Text("status") == "True")
        {
            return ReadyState.NotYet(Explain(failure)) with { Refusal = failure.Text("message") };
        }

        if (DescribeFalseCondition(status, "Progressing") is { } stuck)
        {
            return ReadyState.NotYet(stuck);
        }

        return CompareReplicas(wanted, status.Number("updatedReplicas") ?? 0, "updated")
            ?? CompareReplicas(wanted, available, "available")
            ?? ((status.Number("replicas") ?? 0) > wanted ? ReadyState.NotYet("old replicas are still terminating") : ReadyState.Ready);
    }

    private static ReadyState EvaluateDaemonSet(JsonElement live)
    {
        var status = live.Member("status");
        if (status.Number("observedGeneration") is null)
        {
            return ReadyState.NotYet("its controller has not started on it");
        }

        var wanted = status.Number("desiredNumberScheduled") ?? 0;
        return CompareReplicas(wanted, status.Number("updatedNumberScheduled") ?? 0, "updated")
            ?? CompareReplicas(wanted, status.Number("numberAvailable") ?? 0, "available")
            ?? ReadyState.Ready;
    }

    private static ReadyState EvaluateStatefulSet(JsonElement live)
    {
        var wanted = live.Member("spec").Number("replicas") ?? 1;
        var status = live.Member("status");
        if (status.Number("observedGeneration") is null)
        {
            return ReadyState.NotYet("its controller has not started on it");
        }

        return CompareReplicas(wanted, status.Number("readyReplicas") ?? 0, "ready")
            ?? CompareReplicas(wanted, status.Number("updatedReplicas") ?? wanted, "updated")
            ?? ReadyState.Ready;
    }

    private static ReadyState EvaluateOperatorResource(JsonElement live)
    {
        var generation = live.Member("metadata").Number("generation") ?? 0;
        foreach (var type in (ReadOnlySpan<string>)["Reconciled", "Available"])
        {
            var condition = FindCondition(live.Member("status"), type);
            if (condition.ValueKind == JsonValueKind.Undefined || (condition.Number("observedGeneration") ?? generation) < generation)
            {
                return ReadyState.NotYet("the operator has not reconciled it yet");
            }

            if (condition.Text("status") != "True")
            {
                return ReadyState.NotYet(Explain(condition));
            }
        }

        return ReadyState.Ready;
    }

    private static ReadyState EvaluateApiService(JsonElement live)
    {
        var condition = FindCondition(live.Member("status"), "Available");
        if (condition.ValueKind == JsonValueKind.Undefined)
        {
            return ReadyState.NotYet("the server has not tried it yet");
        }

        return condition.Text("status") == "True" ? ReadyState.Ready : ReadyState.NotYet(Explain(condition));
    }

    private static ReadyState? CompareReplicas(long wanted, long there, string what) =>
        there >= wanted ? null : ReadyState.NotYet($"{there} of {wanted} replicas {what}");

    private static string? DescribeFalseCondition(JsonElement status, string type) =>
        FindCondition(status, type) is { ValueKind: JsonValueKind.Object } condition && condition.Text("status") == "False"
            ? Explain(condition)
            : null;

    private static JsonElement FindCondition(JsonElement status, string type) =>
        status.Items("conditions").FirstOrDefault(condition => condition.Text("type") == type);

    private static string Explain(JsonElement condition)
    {
        var reason = condition.Text("reason");
        var message = condition.Text("message");
        if (string.IsNullOrEmpty(message))
        {
            return reason ?? $"{condition.Text("type")} is {condition.Text("status")}";
        }

        return string.IsNullOrEmpty(reason) ? message : $"{reason}: {message}";
    }
}
