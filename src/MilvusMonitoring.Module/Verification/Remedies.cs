using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>Writes commands of this module that mend a broken link on one cluster, ready to run.</summary>
/// <param name="Context">The context; null where there is none to name.</param>
/// <param name="Kubeconfig">The kubeconfig, where one was given; null for the default.</param>
internal sealed record Remedies(string? Context, string? Kubeconfig)
{
    /// <summary>What only a person can do: a comment, so that running it does nothing.</summary>
    public static string InWords(string sentence) => $"# {sentence}";

    /// <summary>Installs the stack again, from where it came.</summary>
    /// <param name="stack">What was installed; null where nothing is known of it.</param>
    /// <param name="force">Whether others' changes are to be taken back.</param>
    public string Install(Inventory? stack, bool force = false) =>
        Command(
            "Install-KubePrometheus",
            stack?.Release is { } release ? $"-Version {PowerShellText.Quote(release)}"
                : stack is null ? null
                : $"-Path {PowerShellText.Quote(stack.Source)}",
            force ? "-ForceConflicts" : null,
            "-Wait");

    /// <summary>Makes the monitor as the chart would, or brings it back to that.</summary>
    /// <param name="name">The Milvus.</param>
    /// <param name="namespaceName">Its namespace.</param>
    /// <param name="settings">What is set beyond the values of the release, and is to be so.</param>
    public string Enable(string name, string namespaceName, MonitorSettings? settings = null) =>
        Command(
            "Enable-MilvusServiceMonitor",
            PowerShellText.Quote(name),
            In(namespaceName),
            settings?.Interval is { } interval ? $"-Interval {PowerShellText.Quote(interval)}" : null,
            settings?.ScrapeTimeout is { } timeout ? $"-ScrapeTimeout {PowerShellText.Quote(timeout)}" : null,
            settings is { Labels.Count: > 0 }
                ? $"-AdditionalLabel @{{ {string.Join("; ", settings.Labels.Select(label => $"{Key(label.Key)} = {Quoted(label.Value)}"))} }}"
                : null);

    /// <summary>Makes the monitor anew, where others hold fields of it that are not as they should be.</summary>
    public string MakeAnew(string name, string namespaceName, MonitorSettings? settings = null) =>
        $"{Command("Disable-MilvusServiceMonitor", PowerShellText.Quote(name), In(namespaceName))}; {Enable(name, namespaceName, settings)}";

    /// <summary>Lets Prometheus discover what it has to.</summary>
    /// <param name="prometheusNamespace">The namespace of the Prometheus resource.</param>
    /// <param name="prometheusName">Its name.</param>
    /// <param name="own">Whether by a role of this module's own, as against the role that the stack brings.</param>
    public string Grant(string prometheusNamespace, string prometheusName, bool own) => Command(
        "Grant-PrometheusMilvusAccess",
        own ? "-Method Binding" : null,
        $"-PrometheusNamespace {PowerShellText.Quote(prometheusNamespace)}",
        $"-PrometheusName {PowerShellText.Quote(prometheusName)}");

    /// <summary>Waits until a monitor that is new has come through.</summary>
    public string Wait(string name, string namespaceName) =>
        Command("Test-MilvusMonitoring", PowerShellText.Quote(name), In(namespaceName), "-Wait");

    /// <summary>Shows what there is.</summary>
    public string Instances() => Command("Get-MilvusInstance");

    private static string In(string namespaceName) => $"-Namespace {PowerShellText.Quote(namespaceName)}";

    private static string Key(string key) => key.All(char.IsAsciiLetter) ? key : Quoted(key);

    private static string Quoted(string text) => PowerShellText.Quote(text) is ['\'', ..] quoted ? quoted : $"'{text}'";

    private string Command(string name, params string?[] parameters) => string.Join(' ', new[] { name }
        .Concat(parameters.OfType<string>())
        .Concat(Context is null ? [] : [$"-Context {PowerShellText.Quote(Context)}"])
        .Concat(Kubeconfig is null ? [] : [$"-Kubeconfig {PowerShellText.Quote(Kubeconfig)}"]));
}
