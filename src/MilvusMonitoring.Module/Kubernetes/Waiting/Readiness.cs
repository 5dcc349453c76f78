using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// The rules by which the kinds that can be ready are ready. What the server has observed counts only when it has observed the newest
/// generation.
/// </summary>
internal static class Readiness
{
    private static readonly Dictionary<(string Group, string Kind), Func<JsonElement, ReadyState>> Rules = new()
    {
        [("apps", "Deployment")] = OfDeployment,
        [("apps", "DaemonSet")] = OfDaemonSet,
        [("apps", "StatefulSet")] = OfStatefulSet,
        [("monitoring.coreos.com", "Prometheus")] = OfOperated,
        [("monitoring.coreos.com", "Alertmanager")] = OfOperated,
        [("apiregistration.k8s.io", "APIService")] = OfApiService,
    };

    /// <summary>Whether a kind has a rule.</summary>
    public static bool Knows(ResourceId id) => Rules.ContainsKey((id.Group, id.Kind));

    /// <summary>Applies the rule of the object's kind.</summary>
    /// <param name="id">Which object; its kind has a rule.</param>
    /// <param name="live">The object as the server shows it.</param>
    /// <returns>Whether it is ready.</returns>
    public static ReadyState Evaluate(ResourceId id, JsonElement live) =>
        IsObserved(live)
            ? Rules[(id.Group, id.Kind)](live)
            : ReadyState.NotYet("its newest version has not been looked at by its controller yet");

    /// <summary>
    /// Whether a Prometheus or Alertmanager resource says anything of its state: operators before 0.58 do not, and their StatefulSet has to
    /// be asked instead.
    /// </summary>
    public static bool SaysItsState(JsonElement live) => live.Member("status").Items("conditions").Any();

    private static bool IsObserved(JsonElement live) =>
        live.Member("status").Number("observedGeneration") is not { } observed
        || observed >= (live.Member("metadata").Number("generation") ?? 0);

    private static ReadyState OfDeployment(JsonElement live)
    {
        var wanted = live.Member("spec").Number("replicas") ?? 1;
        var status = live.Member("status");
        if (status.Number("observedGeneration") is null)
        {
            return ReadyState.NotYet("its controller has not started on it");
        }

        var available = status.Number("availableReplicas") ?? 0;
        if (
            available < wanted
            && Condition(status, "ReplicaFailure") is { ValueKind: JsonValueKind.Object } failure
            && failure.Text("status") == "True")
        {
            return ReadyState.NotYet(Explain(failure)) with { Refusal = failure.Text("message") };
        }

        if (FalseCondition(status, "Progressing") is { } stuck)
        {
            return ReadyState.NotYet(stuck);
        }

        return Replicas(wanted, status.Number("updatedReplicas") ?? 0, "updated")
            ?? Replicas(wanted, available, "available")
            ?? ((status.Number("replicas") ?? 0) > wanted ? ReadyState.NotYet("old replicas are still ending") : ReadyState.Ready);
    }

    private static ReadyState OfDaemonSet(JsonElement live)
    {
        var status = live.Member("status");
        if (status.Number("observedGeneration") is null)
        {
            return ReadyState.NotYet("its controller has not started on it");
        }

        var wanted = status.Number("desiredNumberScheduled") ?? 0;
        return Replicas(wanted, status.Number("updatedNumberScheduled") ?? 0, "updated")
            ?? Replicas(wanted, status.Number("numberAvailable") ?? 0, "available")
            ?? ReadyState.Ready;
    }

    private static ReadyState OfStatefulSet(JsonElement live)
    {
        var wanted = live.Member("spec").Number("replicas") ?? 1;
        var status = live.Member("status");
        if (status.Number("observedGeneration") is null)
        {
            return ReadyState.NotYet("its controller has not started on it");
        }

        return Replicas(wanted, status.Number("readyReplicas") ?? 0, "ready")
            ?? Replicas(wanted, status.Number("updatedReplicas") ?? wanted, "updated")
            ?? ReadyState.Ready;
    }

    private static ReadyState OfOperated(JsonElement live)
    {
        var generation = live.Member("metadata").Number("generation") ?? 0;
        foreach (var type in (ReadOnlySpan<string>)["Reconciled", "Available"])
        {
            var condition = Condition(live.Member("status"), type);
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

    private static ReadyState OfApiService(JsonElement live)
    {
        var condition = Condition(live.Member("status"), "Available");
        return condition.Text("status") == "True" ? ReadyState.Ready
            : ReadyState.NotYet(condition.ValueKind == JsonValueKind.Undefined ? "the server has not tried it yet" : Explain(condition));
    }

    private static ReadyState? Replicas(long wanted, long there, string what) =>
        there >= wanted ? null : ReadyState.NotYet($"{there} of {wanted} replicas {what}");

    private static string? FalseCondition(JsonElement status, string type) =>
        Condition(status, type) is { ValueKind: JsonValueKind.Object } condition && condition.Text("status") == "False"
            ? Explain(condition)
            : null;

    private static JsonElement Condition(JsonElement status, string type) =>
        status.Items("conditions").FirstOrDefault(condition => condition.Text("type") == type);

    private static string Explain(JsonElement condition)
    {
        var reason = condition.Text("reason");
        var message = condition.Text("message");
        return string.IsNullOrEmpty(message) ? reason ?? $"{condition.Text("type")} is {condition.Text("status")}"
            : string.IsNullOrEmpty(reason) ? message : $"{reason}: {message}";
    }
}
