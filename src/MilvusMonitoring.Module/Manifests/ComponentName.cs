namespace MilvusMonitoring.Manifests;

/// <summary>The components of kube-prometheus: their names, and the component of an object.</summary>
/// <remarks>
/// The label <c>app.kubernetes.io/name</c> of its objects names a component. Users may also write the prefix of its files
/// (<c>kubeStateMetrics</c>).
/// The CRDs belong to <c>prometheus-operator</c>: a user who leaves the operator out already runs an operator with its CRDs.
/// The namespace belongs to <see cref="Setup"/>, which cannot be left out: it contains every other component.
/// </remarks>
internal static class ComponentName
{
    /// <summary>The component of the namespace, which every other component needs.</summary>
    public const string Setup = "setup";

    /// <summary>The component of the Prometheus operator.</summary>
    public const string Operator = "prometheus-operator";

    /// <summary>The component of Grafana.</summary>
    public const string Grafana = "grafana";

    private const string ControlPlane = "kubernetes-control-plane";

    // The prefix of a component's files since v0.9.0, and before. The longest comes first: "prometheus" is a prefix of others.
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
        ("grafana", "grafana", Grafana),
    ];

    // The label of each ServiceMonitor of the control plane names what it scrapes.
    private static readonly string[] ControlPlaneLabels = ["apiserver", "coredns", "kube-controller-manager", "kube-scheduler", "kubelet"];

    /// <summary>The components that can be left out, in alphabetical order.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [.. Prefixes.Select(entry => entry.Component).Concat(ControlPlaneLabels).Order(StringComparer.Ordinal)];

    /// <summary>Derives the component of an object.</summary>
    /// <param name="file">The path of the object's file, below the manifests folder.</param>
    /// <param name="label">The object's label <c>app.kubernetes.io/name</c>; null if it has none.</param>
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

        var segments = file.Split('/');
        var name = RemoveNumber(segments[^1]);
        foreach (var (prefix, olderPrefix, component) in Prefixes)
        {
            if (HasPrefix(name, prefix) || HasPrefix(name, olderPrefix))
            {
                // The rules of the control plane have the label of the whole stack.
                return component == ControlPlane && label == "kube-prometheus" ? ControlPlane : NonEmpty(label) ?? component;
            }
        }

        return NonEmpty(label) ?? FindByFolder(segments) ?? name.Split('-', '.')[0];
    }

    /// <summary>Whether a user's input names a component, in either form and in any case. Never true for <see cref="Setup"/>.</summary>
    /// <param name="component">The component, as returned by <see cref="Derive"/>.</param>
    /// <param name="userInput">The input: <c>kube-state-metrics</c>, <c>kubeStateMetrics</c>, <c>KUBELET</c>.</param>
    public static bool Matches(string component, string userInput)
    {
        if (component == Setup)
        {
            return false;
        }

        if (AreSame(component, userInput))
        {
            return true;
        }

        var named = Prefixes
            .FirstOrDefault(entry =>
                AreSame(entry.Prefix, userInput) || AreSame(entry.OlderPrefix, userInput) || AreSame(entry.Component, userInput))
            .Component;
        return named == component || (named == ControlPlane && ControlPlaneLabels.Contains(component));
    }

    /// <summary>The component of a file that somebody sorted into a folder of its component; null if no folder names a component.</summary>
    private static string? FindByFolder(string[] segments) => segments
        .SkipLast(1)
        .Select(folder => Prefixes
            .FirstOrDefault(entry => RemoveNumber(folder) is var name
                && (AreSame(entry.Prefix, name) || AreSame(entry.OlderPrefix, name) || AreSame(entry.Component, name)))
            .Component)
        .LastOrDefault(component => component is not null);

    // People number files and folders to order them: 01-grafana-deployment.yaml.
    private static string RemoveNumber(string name) =>
        name.TrimStart([.. "0123456789"]) is ['-' or '_' or '.', .. var rest] ? rest : name;

    private static bool HasPrefix(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length && name[prefix.Length] == '-';

    private static bool AreSame(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
