using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>Writes commands of this module that repair a broken check on one cluster, ready to run.</summary>
/// <param name="Context">The context; null if the commands need not name it.</param>
/// <param name="Kubeconfig">The kubeconfig that the caller named; null for the default.</param>
internal sealed record Remedies(string? Context, string? Kubeconfig)
{
    /// <summary>What the caller gave to reach Prometheus and Grafana; without secrets.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Writes what only a person can do as a comment, so that running it does nothing.</summary>
    public static string DescribeManual(string sentence) => $"# {sentence}";

    /// <summary>Installs the stack again, from its source.</summary>
    /// <param name="stack">The inventory of the stack.</param>
    /// <param name="force">Whether to take back the changes of other field managers.</param>
    public string Install(Inventory stack, bool force = false) =>
        Command("Install-KubePrometheus", SelectManifests(stack), force ? "-ForceConflicts" : null, "-Wait");

    /// <summary>Installs a stack where there is no monitoring.</summary>
    public string InstallFirst() => Command("Install-KubePrometheus", "-Wait");

    /// <summary>Makes the monitor as the chart renders it.</summary>
    /// <param name="name">The Milvus.</param>
    /// <param name="namespaceName">Its namespace.</param>
    /// <param name="settings">What the monitor is to set beyond the values of the release.</param>
    public string Enable(string name, string namespaceName, MonitorSettings? settings = null) =>
        Command(
            "Enable-MilvusServiceMonitor",
            PowerShellText.Quote(name),
            SelectNamespace(namespaceName),
            settings?.Interval is { } interval ? $"-Interval {PowerShellText.Quote(interval)}" : null,
            settings?.ScrapeTimeout is { } timeout ? $"-ScrapeTimeout {PowerShellText.Quote(timeout)}" : null,
            settings is { Labels.Count: > 0 } ? $"-AdditionalLabel {WriteHashtable(settings.Labels)}" : null);

    /// <summary>Deletes the monitor and makes it again, for a monitor with wrong fields of other field managers.</summary>
    public string Recreate(string name, string namespaceName, MonitorSettings? settings = null) =>
        Command("Disable-MilvusServiceMonitor", PowerShellText.Quote(name), SelectNamespace(namespaceName))
        + $"; {Enable(name, namespaceName, settings)}";

    /// <summary>Grants Prometheus what its discovery needs.</summary>
    /// <param name="prometheusNamespace">The namespace of the Prometheus resource.</param>
    /// <param name="prometheusName">Its name.</param>
    /// <param name="own">Whether to use a role of this module instead of the stack's own role.</param>
    public string Grant(string prometheusNamespace, string prometheusName, bool own) => Command(
        "Grant-PrometheusMilvusAccess",
        own ? "-Method Binding" : null,
        $"-PrometheusNamespace {PowerShellText.Quote(prometheusNamespace)}",
        $"-PrometheusName {PowerShellText.Quote(prometheusName)}");

    /// <summary>Waits until Prometheus scrapes what a new monitor selects.</summary>
    public string Wait(string name, string namespaceName) =>
        Command("Test-MilvusMonitoring", [PowerShellText.Quote(name), SelectNamespace(namespaceName), "-Wait", .. Arguments]);

    /// <summary>Enables the alert rules of a Milvus.</summary>
    public string EnableRules(string name, string namespaceName) =>
        Command("Enable-MilvusAlertRule", PowerShellText.Quote(name), SelectNamespace(namespaceName));

    /// <summary>Installs the dashboards of this module.</summary>
    public string InstallDashboards() => Command("Install-MilvusDashboard", "-Wait");

    /// <summary>Lists every Milvus.</summary>
    public string Instances() => Command("Get-MilvusInstance");

    private static string SelectManifests(Inventory stack) => stack.Release is { } release
        ? $"-Version {PowerShellText.Quote(release)}"
        : $"-Path {PowerShellText.Quote(stack.Source)}";

    private static string SelectNamespace(string namespaceName) => $"-Namespace {PowerShellText.Quote(namespaceName)}";

    private static string WriteHashtable(IReadOnlyDictionary<string, string> entries) =>
        $"@{{ {string.Join("; ", entries.Select(entry => $"{WriteKey(entry.Key)} = {Quote(entry.Value)}"))} }}";

    private static string WriteKey(string key) => key.All(char.IsAsciiLetter) ? key : Quote(key);

    private static string Quote(string text) => PowerShellText.Quote(text) is ['\'', ..] quoted ? quoted : $"'{text}'";

    private string Command(string name, params string?[] parameters) => string.Join(' ', new[] { name }
        .Concat(parameters.OfType<string>())
        .Concat(Context is null ? [] : [$"-Context {PowerShellText.Quote(Context)}"])
        .Concat(Kubeconfig is null ? [] : [$"-Kubeconfig {PowerShellText.Quote(Kubeconfig)}"]));
}
