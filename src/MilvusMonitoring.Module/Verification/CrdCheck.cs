using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.Verification;

/// <summary>The links that are the cluster's: API server, definitions, operator, Prometheus.</summary>
internal static class StackRules
{
    /// <summary>Whether the cluster's Kubernetes is one that the installed release is tested against.</summary>
    /// <param name="server">The API server's address.</param>
    /// <param name="version">Its version.</param>
    /// <param name="release">The release; null where none of the catalog is installed.</param>
    public static Finding Version(string server, ServerVersion version, Release? release) =>
        release is null || release.Supports(version.Kubernetes)
            ? Finding.Passed(
                server,
                $"Kubernetes {version.Text}{(release is null ? string.Empty : $", which kube-prometheus {release.Number} supports")}")
            : Finding.Warning(
                server,
                $"Kubernetes {version.Text}; kube-prometheus {release.Number} is tested against {release.OldestKubernetes} to {release.NewestKubernetes} only"
            );

    /// <summary>Whether the kinds that monitoring stands on are there.</summary>
    /// <param name="states">Each definition; null where it is not there.</param>
    /// <param name="remedy">What brings them.</param>
    public static Finding Definitions(IReadOnlyList<(string Name, CrdState? State)> states, string remedy)
    {
        const string Target = "monitoring.coreos.com";
        var missing = states.Where(item => item.State is null).Select(item => item.Name).ToList();
        if (missing.Count > 0)
        {
            return Finding.Failed(Target, $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not in the cluster", remedy);
        }

        var unready = states
            .Where(item => !item.State!.IsEstablished)
            .Select(item => item.State!.Refusal is { } refusal ? $"{item.Name}: {refusal}" : $"{item.Name} is not established")
            .ToList();
        return unready.Count > 0
            ? Finding.Failed(
                Target,
                string.Join(", ", unready),
                Remedies.InWords("Remove or rename the definition that holds these names, or wait for the API server to accept them."))
            : Finding.Passed(Target, $"serves {string.Join(", ", states.Select(item => item.Name.Split('.')[0]))}");
    }

    /// <summary>Whether a Deployment runs.</summary>
    /// <param name="id">Which.</param>
    /// <param name="live">The Deployment.</param>
    /// <param name="trouble">What its pods say; null where they say nothing.</param>
    /// <param name="remedy">What brings it back.</param>
    public static Finding Workload(ResourceId id, JsonElement live, string? trouble, string remedy)
    {
        if (live.Member("spec").Number("replicas") == 0)
        {
            return Finding.Failed(id.ToString(), "is scaled to 0 replicas", remedy);
        }

        var state = Readiness.Evaluate(id, live);
        return state.IsReady
            ? Finding.Passed(
                id.ToString(),
                $"{live.Member("status").Number("availableReplicas")} of {live.Member("spec").Number("replicas") ?? 1} replicas available")
            : Finding.Failed(
                id.ToString(),
                trouble is null ? state.Message : $"{state.Message}; {trouble}",
                trouble is null ? remedy : Remedies.InWords($"Mend what its pod says: {trouble}"));
    }

    /// <summary>Whether the Prometheus resources are reconciled and their pods ready.</summary>
    /// <param name="states">Each resource and its state.</param>
    /// <param name="remedy">What brings them back.</param>
    public static Finding Prometheus(IReadOnlyList<(ResourceId Id, ReadyState State)> states, string remedy)
    {
        var waiting = states.Where(item => !item.State.IsReady).ToList();
        var target = (waiting.Count == 0 ? states[0].Id : waiting[0].Id).ToString();
        var detail = string.Join(", ", waiting.Select(item => $"{item.Id}: {item.State.Message}"));
        return waiting.Count == 0
                ? Finding.Passed(
                    target,
                    states.Count == 1 ? "reconciled and available" : $"{states.Count} resources are reconciled and available")
            : waiting.Count < states.Count ? Finding.Warning(target, detail, remedy)
            : Finding.Failed(target, detail, remedy);
    }

    /// <summary>Where the operator runs and does not see the Prometheus resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="operator">The operator's Deployment.</param>
    /// <param name="reason">Why it does not see it.</param>
    /// <param name="remedy">What restarts it; null where it is no part of what this module installed.</param>
    public static Finding BlindOperator(ResourceId resource, ResourceId @operator, string reason, string? remedy) => Finding.Failed(
        resource.ToString(),
        $"{resource}: {@operator} does not see it: {reason}",
        remedy ?? Remedies.InWords($"Restart {@operator}, so that it looks for its kinds again."));

    /// <summary>Where no Prometheus resource is the one that is meant.</summary>
    /// <param name="target">What was looked for.</param>
    /// <param name="name">The name that was asked for; null for any.</param>
    /// <param name="others">Those that there are: one of them is meant rather than one to be installed.</param>
    /// <param name="remedy">What brings one where there is none at all.</param>
    public static Finding NoPrometheus(string target, string? name, IReadOnlyList<string> others, string remedy)
    {
        var detail = name is null ? "there is no Prometheus resource" : $"there is no Prometheus resource named '{name}'";
        return others.Count == 0
            ? Finding.Failed(target, detail, remedy)
            : Finding.Failed(
                target,
                $"{detail}, while there are: {string.Join(", ", others)}",
                Remedies.InWords("Say with -PrometheusNamespace and -PrometheusName which of these is meant.")
            ) with
            {
                ErrorId = ErrorId.ObjectNotFound,
            };
    }
}
