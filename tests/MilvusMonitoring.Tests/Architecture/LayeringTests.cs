using System.Text.RegularExpressions;
using Mono.Cecil;

namespace MilvusMonitoring.Tests;

/// <summary>
/// Holds the map of docs/architecture.md: a folder is a namespace, and code may use the folders that the table allows, no others.
/// </summary>
public sealed partial class LayeringTests(ModuleReferences module) : IClassFixture<ModuleReferences>
{
    private const string PowerShell = "System.Management.Automation";

    /// <summary>
    /// For each folder of the module's own assembly the folders that it may use. What scripts see may be used by all, and is not listed.
    /// </summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Platform"] = [],
        ["IO"] = ["Platform"],
        ["Json"] = [],
        ["Messages"] = [],
        ["Kubernetes.Objects"] = ["Json"],
        ["Kubernetes.Errors"] = ["Messages"],
        ["Kubernetes.Kubeconfig"] = ["IO", "Messages", "Platform"],
        ["Kubernetes.Credentials"] = ["IO", "Json", "Kubernetes.Kubeconfig", "Messages", "Platform"],
        ["Kubernetes.Connection"] =
        [
            "IO", "Json", "Kubernetes.Credentials", "Kubernetes.Errors", "Kubernetes.Kubeconfig", "Messages", "Platform",
        ],
        ["Kubernetes"] = ["IO", "Json", "Kubernetes.Connection", "Kubernetes.Errors", "Kubernetes.Objects", "Messages"],
        ["Kubernetes.Waiting"] = ["IO", "Json", "Kubernetes", "Kubernetes.Objects", "Messages"],
        ["Manifests.Files"] = [],
        ["Manifests.Yaml"] = ["IO", "Manifests.Files"],
        ["Manifests.Archives"] = ["IO", "Manifests.Files"],
        ["Manifests"] = ["Json", "Kubernetes", "Kubernetes.Objects", "Manifests.Archives", "Manifests.Files", "Manifests.Yaml"],
        ["Prometheus"] = ["Json", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Objects", "Messages"],
        ["Alertmanagers"] =
        [
            "Json", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Objects", "Manifests.Yaml", "Messages", "Prometheus",
        ],
        ["Stacks"] =
        [
            "Json", "KubePrometheus.Inventories", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Objects", "Messages",
        ],
        ["PortForwarding"] =
        [
            "IO", "Json", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Kubeconfig", "Kubernetes.Objects", "Kubernetes.Waiting",
            "Messages", "Platform", "Stacks", PowerShell,
        ],
        ["Servers"] =
        [
            "Alertmanagers", "IO", "Json", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Objects", "Kubernetes.Waiting", "Messages", "PortForwarding",
            "Prometheus",
        ],
        ["Milvus.Helm"] = ["IO", "Json", "Kubernetes.Kubeconfig", "Messages", "Platform"],
        ["Milvus"] =
        [
            "Json",
            "Kubernetes",
            "Kubernetes.Connection",
            "Kubernetes.Errors",
            "Kubernetes.Objects",
            "Kubernetes.Waiting",
            "Messages",
            "Milvus.Helm",
            "Platform",
            "Prometheus",
        ],
        ["KubePrometheus.Inventories"] = ["IO", "Json", "Kubernetes", "Kubernetes.Errors", "Kubernetes.Objects", "Messages"],
        ["KubePrometheus.Releases"] = ["IO", "Kubernetes.Objects", "Manifests", "Manifests.Archives", "Manifests.Files", "Messages", "Platform"],
        ["KubePrometheus"] =
        [
            "Alertmanagers",
            "IO",
            "Json",
            "KubePrometheus.Inventories",
            "KubePrometheus.Releases",
            "Kubernetes",
            "Kubernetes.Connection",
            "Kubernetes.Errors",
            "Kubernetes.Objects",
            "Kubernetes.Waiting",
            "Manifests",
            "Manifests.Files",
            "Messages",
            "Milvus",
            "Prometheus",
            "Stacks",
        ],
        ["Access"] =
        [
            "Json", "KubePrometheus", "KubePrometheus.Inventories", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Errors",
            "Kubernetes.Objects", "Kubernetes.Waiting", "Messages", "Prometheus", "Stacks",
        ],
        ["Grafanas"] =
        [
            "Json", "Kubernetes", "Kubernetes.Objects", "Messages", "PortForwarding", "Servers", "Stacks",
        ],
        ["Metrics.Queries"] = ["Prometheus"],
        ["Metrics"] = ["Json", "Metrics.Queries", "Milvus", "Servers"],
        ["Alerts.Rules"] =
        [
            "Json", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Errors", "Kubernetes.Objects", "Messages", "Metrics",
            "Metrics.Queries", "Milvus", "Prometheus", "Servers",
        ],
        ["Dashboards.Files"] = ["IO", "Json", "Metrics.Queries"],
        ["Dashboards.Places"] =
        [
            "Dashboards.Files", "Grafanas", "Json", "KubePrometheus.Inventories", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Errors",
            "Kubernetes.Objects", "Messages", "Servers", "Stacks",
        ],
        ["Dashboards"] =
        [
            "Dashboards.Files", "Dashboards.Panels", "Dashboards.Places", "Grafanas", "IO", "Json", "Kubernetes", "Kubernetes.Connection",
            "Kubernetes.Waiting", "Messages", "Metrics", "Metrics.Queries", "Milvus", "Servers",
        ],
        ["Alerts.Receivers"] =
        [
            "Alertmanagers", "Json", "KubePrometheus", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Errors",
            "Kubernetes.Objects", "Kubernetes.Waiting", "Manifests.Yaml", "Messages", "Prometheus", "Stacks",
        ],
        ["Alerts.Delivery"] =
        [
            "Alertmanagers", "Alerts.Receivers", "Kubernetes", "Kubernetes.Connection", "Kubernetes.Objects", "Messages", "Servers",
        ],
        ["Alerts.Firing"] =
        [
            "Alertmanagers", "Alerts.Delivery", "Kubernetes", "Kubernetes.Connection", "Messages", "Prometheus", "Servers",
        ],
        ["Dashboards.Panels"] = ["Alerts.Rules", "Metrics", "Metrics.Queries"],
        ["Verification"] =
        [
            "Access", "Alertmanagers", "Alerts.Receivers", "Alerts.Rules", "Dashboards.Files", "Dashboards.Places", "Grafanas", "Json",
            "KubePrometheus", "KubePrometheus.Inventories", "KubePrometheus.Releases", "Kubernetes", "Kubernetes.Connection",
            "Kubernetes.Errors", "Kubernetes.Kubeconfig", "Kubernetes.Objects", "Kubernetes.Waiting", "Messages", "Milvus", "Prometheus",
            "Servers",
        ],
        ["Commands.Completion"] =
        [
            "Alertmanagers",
            "Alerts.Receivers",
            "Alerts.Rules",
            "Dashboards.Panels",
            "IO",
            "KubePrometheus.Releases",
            "Kubernetes",
            "Kubernetes.Connection",
            "Kubernetes.Kubeconfig",
            "Kubernetes.Objects",
            "Manifests",
            "Messages",
            "Milvus",
            "PortForwarding",
            "Prometheus",
            PowerShell,
        ],
        ["Commands"] =
        [
            "Access",
            "Alertmanagers",
            "Alerts.Delivery",
            "Alerts.Firing",
            "Alerts.Receivers",
            "Alerts.Rules",
            "Commands.Completion",
            "Dashboards",
            "Dashboards.Files",
            "Dashboards.Panels",
            "Dashboards.Places",
            "Grafanas",
            "IO",
            "KubePrometheus",
            "KubePrometheus.Releases",
            "Kubernetes",
            "Kubernetes.Connection",
            "Kubernetes.Errors",
            "Kubernetes.Kubeconfig",
            "Kubernetes.Objects",
            "Messages",
            "Metrics",
            "Milvus",
            "Milvus.Helm",
            "Platform",
            "PortForwarding",
            "Prometheus",
            "Servers",
            "Stacks",
            "Verification",
            PowerShell,
        ],
    };

    /// <summary>The types outside Commands that may see PowerShell: port-forwards end with the runspace that started them.</summary>
    private static readonly string[] SeePowerShell = ["PortForwardRegistry"];

    /// <summary>Rules decide on what was read, so that a test needs no server.</summary>
    private static readonly string[] SeeTheCluster = ["ClusterClient", "ClusterConnection", "ClusterSession", "HttpClient", "Socket"];

    [Fact]
    public void Each_folder_uses_the_folders_that_the_table_allows_and_no_others()
    {
        var used = module
            .References.Where(reference =>
                reference.From.Folder is not null && reference.To.Folder is not null && reference.From.Folder != reference.To.Folder)
            .ToLookup(
                reference => (From: reference.From.Folder!, To: reference.To.Folder!),
                reference => $"{reference.From.Name} uses {reference.To.Name}");
        var allowed = Allowed.SelectMany(row => row.Value, (row, to) => (From: row.Key, To: to)).ToHashSet();

        var added = used.Where(arrow => !allowed.Contains(arrow.Key))
            .Select(arrow => $"{arrow.Key.From} -> {arrow.Key.To}: {string.Join(", ", arrow.Distinct().Take(5))}");
        var gone = allowed
            .Where(arrow => !used.Contains(arrow))
            .Select(arrow => $"{arrow.From} -> {arrow.To} is allowed, and nothing needs it");
        Assert.Empty(added.Concat(gone));
    }

    [Fact]
    public void No_folders_use_one_another_in_a_circle()
    {
        var settled = new HashSet<string>(StringComparer.Ordinal) { PowerShell };
        while (Allowed.Keys.FirstOrDefault(folder => !settled.Contains(folder) && Allowed[folder].All(settled.Contains)) is { } next)
        {
            settled.Add(next);
        }

        Assert.Empty(Allowed.Keys.Except(settled));
    }

    [Fact]
    public void Only_commands_and_the_registry_of_port_forwards_see_PowerShell()
    {
        var seen = module
            .References.Where(reference =>
                reference.To.Folder == PowerShell && reference.From.Folder?.StartsWith("Commands", StringComparison.Ordinal) is false)
            .Select(reference => reference.From.Name)
            .Distinct();

        Assert.Equal(SeePowerShell, seen);
    }

    /// <summary>The checks whose rule stands in the same file; <c>WorkloadRule</c> decides for the operator's Deployment.</summary>
    private static IEnumerable<string> CheckFiles =>
        Directory
            .EnumerateFiles(Path.Combine(BuiltTree.Root, "src", "MilvusMonitoring.Module", "Verification"), "*Check.cs")
            .Select(file => Path.GetFileNameWithoutExtension(file)[..^"Check".Length])
            .Where(check => check is not ("I" or "Operator"))
            .Append("Workload");

    [Fact]
    public void Rules_see_no_cluster()
    {
        var rules = module.References.Where(reference => IsRule(reference.From.Name)).ToList();

        Assert.Contains(rules, reference => reference.From.Name == "Readiness");
        Assert.Contains(rules, reference => reference.From.Name == "Drift");
        Assert.All(CheckFiles, check => Assert.Contains(rules, reference => reference.From.Name == $"{check}Rule"));
        Assert.DoesNotContain(rules, reference => SeeTheCluster.Contains(reference.To.Name));
    }

    [Fact]
    public void The_shared_assembly_holds_what_scripts_see_and_what_that_stands_on()
    {
        Assert.Equal(["ActionCounts", "PortForwardMeter", "SafeCause", "SafeText"], module.InternalSharedTypes);
        Assert.Empty(
            Directory
                .EnumerateDirectories(Path.Combine(BuiltTree.Root, "src", "MilvusMonitoring"))
                .Select(Path.GetFileName)
                .Except(["bin", "obj"]));
    }

    [Theory]
    [InlineData("MilvusMonitoring")]
    [InlineData("MilvusMonitoring.Module")]
    public void A_namespace_is_named_as_its_folder(string project)
    {
        var root = Path.Combine(BuiltTree.Root, "src", project);
        var sources = Directory
            .EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file =>
                (File: Path.GetRelativePath(root, file), Namespace: NamespaceLine().Match(File.ReadAllText(file)).Groups[1].Value))
            .Where(source =>
                !source.File.StartsWith("obj", StringComparison.Ordinal) && !source.File.StartsWith("bin", StringComparison.Ordinal));

        Assert.All(sources, source =>
            Assert.Equal(
                string.Join('.', [nameof(MilvusMonitoring), .. source.File.Split(Path.DirectorySeparatorChar)[..^1]]),
                source.Namespace));
    }

    private static bool IsRule(string type) =>
        type
            is "Readiness"
                or "ReadinessBoard"
                or "Drift"
                or "CheckGraph"
                or "Proof"
                or "MonitorSelection"
                or "DiscoveryRules"
                or "RolePatch"
        || type.EndsWith("Rule", StringComparison.Ordinal)
        || type.EndsWith("Rules", StringComparison.Ordinal);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
