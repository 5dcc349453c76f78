namespace MilvusMonitoring.Manifests;

/// <summary>The components of kube-prometheus: how they are named, and which component an object belongs to.</summary>
/// <remarks>
/// A component is named as its objects' label <c>app.kubernetes.io/name</c> says; people may also give the prefix of its files
/// (<c>kubeStateMetrics</c>).
/// The CRDs belong to <c>prometheus-operator</c>: who leaves the operator out runs one already, and an operator's CRDs come with it.
/// The namespace belongs to <see cref="Setup"/>, which cannot be left out, since every other component lives in it.
/// </remarks>
internal static class ComponentName
{
    /// <summary>What every component stands on: the namespace.</summary>
    public const string Setup = "setup";

    /// <summary>The component of the Prometheus operator.</summary>
    public const string Operator = "prometheus-operator";

    private const string ControlPlane = "kubernetes-control-plane";

    // The prefix of a component's files since v0.9.0, and before; longest first, since prometheus begins others.
    private static readonly (string Prefix, string OlderPrefix, string Component)[] Prefixes =
    [
        ("kubernetesControlPlane", "kubernetes", ControlPlane),
        ("prometheusOperator", "prometheus-operator", Operator),
        ("prometheusAdapter", "prometheus-adapter", "prometheus-adapter"),
        ("kubeStateMetrics", "kube-state-metrics", "kube-state-metrics"),
        ("blackboxExporter", "blackbox-exporter", "blackbox-exporter"),
        ("kubePrometheus", "kube-prometheus", "kube-prometheus"),
        ("alertmanager", "alertmanager", "alertmanager"),
        ("nodeExporter", "node-exporter", "node-exporter"),
        ("prometheus", "prometheus", "prometheus"),
        ("grafana", "grafana", "grafana"),
    ];

    // The control plane's ServiceMonitors are labelled with what they scrape, one each.
    private static readonly string[] ControlPlaneLabels = ["apiserver", "coredns", "kube-controller-manager", "kube-scheduler", "kubelet"];

    /// <summary>The components that can be left out, in the order of the alphabet.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [.. Prefixes.Select(entry => entry.Component).Concat(ControlPlaneLabels).Order(StringComparer.Ordinal)];

    /// <summary>Which component an object belongs to.</summary>
    /// <param name="file">The path of its file, below the manifests folder.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="label">Its label <c>app.kubernetes.io/name</c>; null where it has none.</param>
    /// <returns>The component's name.</returns>
    public static string Derive(string file, string kind, string? label)
    {
        if (kind == "Namespace")
        {
            return Setup;
        }

        if (kind == "CustomResourceDefinition")
        {
            return NonEmpty(label) ?? Operator;
        }

        var name = file[(file.LastIndexOf('/') + 1)..];
        foreach (var (prefix, olderPrefix, component) in Prefixes)
        {
            if (HasPrefix(name, prefix) || HasPrefix(name, olderPrefix))
            {
                // The control plane's rules carry the label of the whole stack.
                return component == ControlPlane && label == "kube-prometheus" ? ControlPlane : NonEmpty(label) ?? component;
            }
        }

        return NonEmpty(label) ?? name.Split('-', '.')[0];
    }

    /// <summary>Whether a component is the one that a person names, in either form and in any case.</summary>
    /// <param name="component">The component, as <see cref="Derive"/> gives it.</param>
    /// <param name="userInput">What the person wrote: <c>kube-state-metrics</c>, <c>kubeStateMetrics</c>, <c>KUBELET</c>.</param>
    /// <returns>True where it is; never for <see cref="Setup"/>.</returns>
    public static bool Matches(string component, string userInput)
    {
        if (component == Setup)
        {
            return false;
        }

        if (component.Equals(userInput, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var named = Prefixes
            .FirstOrDefault(entry =>
                Same(entry.Prefix, userInput) || Same(entry.OlderPrefix, userInput) || Same(entry.Component, userInput))
            .Component;
        return named == component || (named == ControlPlane && ControlPlaneLabels.Contains(component));
    }

    private static bool HasPrefix(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length && name[prefix.Length] == '-';

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
