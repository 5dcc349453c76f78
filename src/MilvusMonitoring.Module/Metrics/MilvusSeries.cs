using System.Text.RegularExpressions;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Metrics;

/// <summary>How the series of one Milvus are selected.</summary>
/// <param name="Namespace">The namespace of its pods.</param>
/// <param name="Name">The name of the Milvus, which the static labels of its alerts have.</param>
/// <param name="SeriesInstance">The label <c>app_kubernetes_io_instance</c> of its series: Argo CD may have rewritten that of the
/// Services.</param>
/// <param name="Application">The label <c>app_kubernetes_io_name</c> of its series.</param>
/// <param name="FullName">The prefix of the names of its pods.</param>
internal sealed record MilvusSeries(string Namespace, string Name, string SeriesInstance, string Application, string FullName)
{
    public const string NamespaceLabel = "namespace";
    public const string InstanceLabel = "app_kubernetes_io_instance";

    /// <summary>The labels in which the series of one pod differ if several monitors or Services lead to it.</summary>
    public const string Once = "max without (job, service, endpoint, container, component, app_kubernetes_io_component)";

    private const string Components =
        "standalone|proxy|mixcoord|rootcoord|querycoord|datacoord|indexcoord|querynode|datanode|indexnode|streamingnode|cdc";

    private const string Dependencies = "etcd|minio|pulsar|pulsarv3|kafka|zookeeper|woodpecker|tei";

    /// <summary>The matchers of its series.</summary>
    public string Series => $"{InNamespace},{InstanceLabel}={PromText.Quote(SeriesInstance)}";

    /// <summary>
    /// The matchers of the series of its targets that other programs have too, such as <c>up</c>: a monitor of the Operator also scrapes
    /// etcd.
    /// </summary>
    public string Targets => $"{Series},app_kubernetes_io_name={PromText.Quote(Application)}";

    /// <summary>The matchers of its pods.</summary>
    public string Pods => $"{InNamespace},pod=~{PromText.Quote(OwnPods)}";

    /// <summary>The matchers of its pods, and of the pods of its etcd, object storage and message queue.</summary>
    public string AllPods => $"{InNamespace},pod=~{PromText.Quote($"{OwnPods}|{Regex.Escape(Name)}-(?:{Dependencies})(?:-.+)?")}";

    /// <summary>The matchers of its volume claims, with those of its etcd, object storage and message queue.</summary>
    public string Volumes =>
        $"{InNamespace},persistentvolumeclaim=~"
        + PromText.Quote($"(?:.+-)?(?:{Regex.Escape(FullName)}|{Regex.Escape(Name)}-(?:{Dependencies})(?:-.+)?|{OwnPods})");

    private string InNamespace => $"{NamespaceLabel}={PromText.Quote(Namespace)}";

    private string OwnPods => $"{Regex.Escape(FullName)}-(?:{Components})(?:-.+)?";

    public static MilvusSeries Of(FoundInstance found)
    {
        var instance = found.Instance;
        return new MilvusSeries(
            instance.Namespace,
            instance.Name,
            found.IsOperated ? instance.Name : found.Objects?.RewrittenInstance ?? found.Chart?.Release ?? instance.Name,
            found.Objects is { Application.Length: > 0 } objects ? objects.Application : MilvusChart.Name,
            found.Chart?.FullName ?? (found.IsOperated ? $"{instance.Name}-milvus" : found.Objects?.FullName ?? instance.Name));
    }

    /// <returns><c>milvus/my-release</c>.</returns>
    public override string ToString() => $"{Namespace}/{Name}";
}
