using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Stacks;

/// <summary>Where an object comes from, by its labels, annotations and field managers.</summary>
internal static class StackOrigin
{
    private static readonly string[] ReleaseLabels = ["app.kubernetes.io/instance", "release"];
    private static readonly string[] ChartLabels = ["helm.sh/chart", "chart"];

    /// <summary>The name of the Helm release; null if the object names none.</summary>
    public static string? FindRelease(ObjectMetadata metadata) =>
        metadata.Annotations.GetValueOrDefault("meta.helm.sh/release-name")
        ?? (FindChart(metadata) is null && metadata.Labels.GetValueOrDefault("app.kubernetes.io/managed-by") != "Helm"
            ? metadata.Labels.GetValueOrDefault("release")
            : ReleaseLabels.Select(label => metadata.Labels.GetValueOrDefault(label)).FirstOrDefault(value => value is not null));

    /// <summary>The chart with its version: <c>kube-prometheus-stack-56.9.0</c>; null if the object names none.</summary>
    public static string? FindChart(ObjectMetadata metadata) =>
        ChartLabels.Select(label => metadata.Labels.GetValueOrDefault(label)).FirstOrDefault(value => value is not null);

    /// <summary>The version of a chart: that of <c>kube-prometheus-stack-56.9.0</c> is <c>56.9.0</c>.</summary>
    public static string? FindChartVersion(ObjectMetadata metadata)
    {
        var chart = FindChart(metadata);
        for (var dash = chart?.IndexOf('-', StringComparison.Ordinal) ?? -1; dash > 0; dash = chart!.IndexOf('-', dash + 1))
        {
            if (dash + 1 < chart!.Length && char.IsAsciiDigit(chart[dash + 1]))
            {
                return chart[(dash + 1)..];
            }
        }

        return null;
    }

    /// <summary>
    /// What keeps the object as it is, and would undo the changes of others: GitOps, a package manager, or a platform; null for an object
    /// that only somebody's command applied.
    /// </summary>
    public static string? FindKeeper(ObjectMetadata metadata)
    {
        var (labels, annotations) = (metadata.Labels, metadata.Annotations);
        if (annotations.ContainsKey("argocd.argoproj.io/tracking-id") || labels.ContainsKey("argocd.argoproj.io/instance"))
        {
            return "Argo CD";
        }

        if (labels.ContainsKey("kustomize.toolkit.fluxcd.io/name") || labels.ContainsKey("helm.toolkit.fluxcd.io/name"))
        {
            return "Flux";
        }

        if (labels.Keys.Any(IsOfOlm))
        {
            return "OLM";
        }

        if (labels.ContainsKey("addonmanager.kubernetes.io/mode"))
        {
            return "addon-manager";
        }

        var manager = labels.GetValueOrDefault("app.kubernetes.io/managed-by");
        var isHelm = manager == "Helm"
            || labels.GetValueOrDefault("heritage") is "Helm" or "Tiller"
            || annotations.ContainsKey("meta.helm.sh/release-name");
        return isHelm ? "Helm" : manager;
    }

    /// <summary>What manages the object, in a word.</summary>
    public static string DescribeManager(ObjectMetadata metadata)
    {
        if (FindKeeper(metadata) is { } keeper)
        {
            return keeper;
        }

        return FieldManagers.ListAppliers([metadata]) switch
        {
            [var first, ..] when IsKubectl(first) => "kubectl",
            ["helm", ..] => "Helm",
            [var first, ..] => first,
            _ => "unknown",
        };
    }

    /// <summary>Whether a field manager is kubectl, as a person runs it.</summary>
    private static bool IsKubectl(string manager) => manager.StartsWith("kubectl", StringComparison.Ordinal);

    private static bool IsOfOlm(string label) =>
        label.StartsWith("olm.", StringComparison.Ordinal) || label.StartsWith("operators.coreos.com/", StringComparison.Ordinal);
}
