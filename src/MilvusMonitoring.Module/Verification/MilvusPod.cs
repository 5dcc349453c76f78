using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>How far a pod is in its life.</summary>
internal enum PodState
{
    /// <summary>The pod is ready: Prometheus has to scrape it.</summary>
    Ready,

    /// <summary>The pod is not ready yet, or not at the moment.</summary>
    Starting,

    /// <summary>The pod terminates or has ended (succeeded, failed, evicted): nobody has to scrape it.</summary>
    Ended,
}

/// <summary>A port that a container declares.</summary>
internal sealed record ContainerPort(string Name, long Number);

/// <summary>A pod of Milvus, as far as the proof needs it.</summary>
internal sealed record MilvusPod(string Namespace, string Name, PodState State)
{
    public const int UsualMetricsPort = 9091;

    /// <summary>The components of the chart that serve no metrics of Milvus.</summary>
    private static readonly string[] OtherComponents = ["attu", "tei"];

    /// <summary>The addresses of the pod; empty if it shares those of its node.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The names and addresses of the Services that lead to this pod alone.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The ports that its containers declare; null if only an EndpointSlice names the pod.</summary>
    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    /// <summary>Why the pod is not ready; null if its status does not say.</summary>
    public string? Problem { get; init; }

    /// <summary>Why no monitor reaches the pod; null if one does.</summary>
    public string? Unreached { get; init; }

    /// <summary>Whether a Job made the pod.</summary>
    public bool IsOfJob { get; init; }

    /// <summary>Whether the pod belongs to a Milvus and serves its metrics, by the labels that the chart and the Operator give.</summary>
    public bool IsOf(ReachedInstance instance) =>
        Labels.GetValueOrDefault(MilvusLabels.Instance) == instance.Name
        && Labels.GetValueOrDefault(MilvusLabels.Name) == instance.AppName
        && ServesMetrics;

    /// <summary>Whether the pod may belong to a Milvus none of whose pods has the usual labels.</summary>
    public bool MayBeOf(ReachedInstance instance) =>
        Labels.GetValueOrDefault(MilvusLabels.Instance) is var name && (name is null || name == instance.Name) && ServesMetrics;

    private bool ServesMetrics =>
        !IsOfJob
        && !OtherComponents.Contains(Labels.GetValueOrDefault("component") ?? Labels.GetValueOrDefault("app.kubernetes.io/component"));

    public bool IsAt(string? host) => host is not null && (Addresses.Contains(host) || Hosts.Contains(host));

    /// <summary>Whether Milvus serves its metrics at a port.</summary>
    public bool IsMetricsPort(int port) =>
        port == UsualMetricsPort || (Ports ?? []).Any(item => item.Name == MilvusChart.MetricsPort && item.Number == port);

    public static MilvusPod From(JsonElement pod)
    {
        var (metadata, spec, status) = (pod.Member("metadata"), pod.Member("spec"), pod.Member("status"));
        var state = GetState(pod);
        return new MilvusPod(metadata.Text("namespace") ?? string.Empty, metadata.Text("name") ?? string.Empty, state)
        {
            Addresses = spec.Member("hostNetwork").ValueKind == JsonValueKind.True ? [] : ListAddresses(status),
            Labels = metadata.TextMap("labels"),
            Ports =
            [
                .. spec.Items("containers")
                    .Concat(spec.Items("initContainers"))
                    .SelectMany(container => container.Items("ports"))
                    .Where(port => (port.Text("protocol") ?? "TCP") == "TCP")
                    .Select(port => new ContainerPort(port.Text("name") ?? string.Empty, port.Number("containerPort") ?? 0)),
            ],
            IsOfJob = metadata.Items("ownerReferences").Any(owner => owner.Text("kind") == "Job"),
            Problem = state == PodState.Starting ? FindProblem(pod) : null,
        };
    }

    private static PodState GetState(JsonElement pod)
    {
        if (pod.Member("status").Text("phase") is "Succeeded" or "Failed" || pod.Member("metadata").Text("deletionTimestamp") is not null)
        {
            return PodState.Ended;
        }

        return PodFailureReason.IsReady(pod) ? PodState.Ready : PodState.Starting;
    }

    private static IReadOnlyList<string> ListAddresses(JsonElement status) =>
        [
            .. status.Items("podIPs")
                .Select(address => address.Text("ip"))
                .Append(status.Text("podIP"))
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];

    private static string? FindProblem(JsonElement pod) =>
        PodFailureReason.Find(JsonSerializer.SerializeToUtf8Bytes(pod));
}
