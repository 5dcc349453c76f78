namespace MilvusMonitoring.Tests.Permissions;

/// <summary>The runs that show which rights commands need.</summary>
internal static class RightsPlays
{
    private const string Milvus = "my-release -Namespace milvus -Kubeconfig $c";
    private const string Grant = "Grant-PrometheusMilvusAccess -Kubeconfig $c -Confirm:$false";
    private const string GrantBinding = "Grant-PrometheusMilvusAccess -Method Binding -Kubeconfig $c -Confirm:$false";
    private const string GrantNamespace = "Grant-PrometheusMilvusAccess -Namespace milvus -Kubeconfig $c -Confirm:$false";
    private const string Revoke = "Revoke-PrometheusMilvusAccess -Kubeconfig $c -Confirm:$false";
    private const string RevokeBinding = "Revoke-PrometheusMilvusAccess -Method Binding -Kubeconfig $c -Confirm:$false";
    private const string RevokeNamespace = "Revoke-PrometheusMilvusAccess -Namespace milvus -Kubeconfig $c -Confirm:$false";
    private const string SetWebhook = "Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig $c";
    private const string RemoveWebhook = "Remove-MilvusAlertReceiver webhook -Kubeconfig $c";
    private const string InstallDashboard = "Install-MilvusDashboard Overview -Kubeconfig $c";
    private const string UninstallDashboard = "Uninstall-MilvusDashboard -Kubeconfig $c -Confirm:$false";

    private const string GetStack = "Get-KubePrometheus -Kubeconfig $c";
    private const string InstallFew = "Install-KubePrometheus -Path '{few}' -Kubeconfig $c";
    private const string InstallDefined = "Install-KubePrometheus -Path '{defined}' -Kubeconfig $c";
    private const string InstallFresh = "Install-KubePrometheus -Path '{fresh}' -Kubeconfig $c";

    private const string Forward =
        """
        $forward = Start-MonitoringPortForward Prometheus -LocalPort 0 -Timeout 5 -Kubeconfig $c
        try { "$([System.Net.Http.HttpClient]::new().GetAsync($forward.Url).Result.StatusCode)"; $forward } finally { Stop-MonitoringPortForward -All }
        """;

    /// <summary>On a cluster without a stack. A name in braces is a folder of manifests.</summary>
    public static IReadOnlyList<RightsPlay> OnKinds { get; } =
    [
        new("Get-KubePrometheus", GetStack, "Install-KubePrometheus -Path '{shown}' -Kubeconfig $c", right => right.Verb != "list" || right.Resource == "configmaps"),
        new("Get-KubePrometheus", GetStack, "Install-KubePrometheus -Path '{many}' -Kubeconfig $c", right => right.Verb == "list"),
        new("Install-KubePrometheus", "Install-KubePrometheus -Path '{many}' -Kubeconfig $c", null, right => right.Verb == "list"),
        new("Install-KubePrometheus", InstallFew, null, right => right.Verb != "list" && !IsOfCluster(right)) { RemovesIn = "kinds" },
        new("Install-KubePrometheus", InstallDefined, null, right => right.Verb != "list" && right.Resource is "customresourcedefinitions" or "apiservices")
        {
            RemovesIn = "defined",
        },
        new("Install-KubePrometheus", InstallFresh, null, right => right.Resource == "namespaces") { RemovesIn = "fresh" },
        new("Uninstall-KubePrometheus", Uninstall("kinds"), InstallFew, right => right.Verb != "list" && !IsOfCluster(right)),
        new("Uninstall-KubePrometheus", Uninstall("defined"), InstallDefined, right => right.Resource is "customresourcedefinitions" or "apiservices"),
        new("Uninstall-KubePrometheus", Uninstall("fresh"), InstallFresh, right => right.Resource is "namespaces" or "*"),
    ];

    /// <summary>On a cluster with a stack and a Milvus: what reads comes first, and leaves all as it was.</summary>
    public static IReadOnlyList<RightsPlay> OnStack { get; } =
    [
        new("Get-MonitoringStack", "Get-MonitoringStack -Kubeconfig $c"),
        new("Get-MilvusInstance", "Get-MilvusInstance -Namespace milvus -Kubeconfig $c"),
        new("Get-MilvusServiceMonitor", "Get-MilvusServiceMonitor -Namespace milvus -Kubeconfig $c"),
        new("Get-MilvusAlertRule", $"Get-MilvusAlertRule {Milvus}"),
        new("Get-MilvusAlertReceiver", "Get-MilvusAlertReceiver -Kubeconfig $c"),
        new("Test-MilvusAlert", "Test-MilvusAlert -Kubeconfig $c -Confirm:$false"),
        new("Get-MilvusAlert", "Get-MilvusAlert -Kubeconfig $c"),
        new("Get-MilvusDashboard", "Get-MilvusDashboard -Kubeconfig $c"),
        new("Start-MonitoringPortForward", Forward),
        new("Test-MilvusMonitoring", $"Test-MilvusMonitoring {Milvus}"),
        new("Enable-MilvusServiceMonitor", $"Enable-MilvusServiceMonitor {Milvus}", $"Disable-MilvusServiceMonitor {Milvus}"),
        new("Disable-MilvusServiceMonitor", $"Disable-MilvusServiceMonitor {Milvus}", $"Enable-MilvusServiceMonitor {Milvus}"),
        new("Enable-MilvusAlertRule", $"Enable-MilvusAlertRule {Milvus}", $"Disable-MilvusAlertRule {Milvus}"),
        new("Disable-MilvusAlertRule", $"Disable-MilvusAlertRule {Milvus}", $"Enable-MilvusAlertRule {Milvus}"),
        new("Set-MilvusAlertReceiver", SetWebhook, RemoveWebhook) { IsAnew = true },
        new("Remove-MilvusAlertReceiver", RemoveWebhook, SetWebhook) { IsAnew = true },
        new("Install-MilvusDashboard", "Install-MilvusDashboard -Kubeconfig $c", UninstallDashboard),
        new("Uninstall-MilvusDashboard", UninstallDashboard, "Install-MilvusDashboard -Kubeconfig $c"),
        new("Grant-PrometheusMilvusAccess", Grant, $"{RevokeBinding}; {RevokeNamespace}; {Revoke}") { IsAnew = true },
        new("Revoke-PrometheusMilvusAccess", Revoke, Grant) { IsAnew = true },
        new("Grant-PrometheusMilvusAccess -Namespace", GrantNamespace, $"{Revoke}; {RevokeNamespace}"),
        new("Revoke-PrometheusMilvusAccess -Namespace", RevokeNamespace, GrantNamespace),
        new("Grant-PrometheusMilvusAccess -Method Binding", GrantBinding, $"{RevokeNamespace}; {Revoke}; {RevokeBinding}"),
        new("Revoke-PrometheusMilvusAccess -Method Binding", RevokeBinding, GrantBinding),
    ];

    private static string Uninstall(string ns) => $"Uninstall-KubePrometheus -Namespace {ns} -Timeout 20 -Confirm:$false -Kubeconfig $c";

    private static bool IsOfCluster(Right right) => right.Resource is "namespaces" or "customresourcedefinitions" or "apiservices" or "*";
}
