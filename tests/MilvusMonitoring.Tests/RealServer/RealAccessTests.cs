using k8s;
using k8s.Models;

namespace MilvusMonitoring.Tests;

/// <summary>
/// Access for the Prometheus of v0.18.0, whose role reads no endpointslices, on a real API server with RBAC, of its own since a namespace
/// never goes there.
/// </summary>
public sealed class RealAccessTests(RealApiServer server) : IClassFixture<RealApiServer>, IAsyncLifetime
{
    // The newer definition has fields that Kubernetes 1.20 does not take.
    private const string OlderDefinition = "v0.8.0/manifests/setup/prometheus-operator-0prometheusCustomResourceDefinition.yaml";

    private static readonly string[] Files =
    [
        "setup/namespace.yaml",
        "prometheus-prometheus.yaml",
        "prometheus-serviceAccount.yaml",
        "prometheus-clusterRole.yaml",
        "prometheus-clusterRoleBinding.yaml",
    ];

    private readonly TemporaryFolder _folder = new();
    private PowerShellSession? _session;
    private string _kubeconfig = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var release = Path.Combine(RealManifests.Folder(), "v0.18.0", "manifests");
        _kubeconfig = await server.GetKubeconfigAsync();
        foreach (var file in Files)
        {
            _folder.Write(Path.Combine("manifests", file), await File.ReadAllBytesAsync(Path.Combine(release, file), Cancelled));
        }

        _folder.Write(
            Path.Combine("manifests", "setup", "definition.yaml"),
            await File.ReadAllBytesAsync(Path.Combine(RealManifests.Folder(), OlderDefinition), Cancelled));
        _session = await PowerShellSession.StartAsync();
        await RunAsync("Install-KubePrometheus -Path $path -ForceConflicts");
        await RunAsync("Revoke-PrometheusMilvusAccess");
        await RunAsync("Revoke-PrometheusMilvusAccess -Method Binding");
    }

    [Fact]
    public async Task The_service_account_may_list_endpointslices_in_any_namespace_after_Grant_and_not_after_Revoke()
    {
        using var client = Client();
        await AssertMayListSlicesAsync(client, "default", false);

        Assert.Equal(ResourceAction.Configured, await AccessAsync("Grant-PrometheusMilvusAccess"));
        var version = await RoleVersionAsync(client);
        Assert.Equal(ResourceAction.Unchanged, await AccessAsync("Grant-PrometheusMilvusAccess"));
        Assert.Equal(ResourceAction.Unchanged, await AccessAsync("Grant-PrometheusMilvusAccess"));
        Assert.Equal(version, await RoleVersionAsync(client));
        await AssertMayListSlicesAsync(client, "default", true);
        await AssertMayListSlicesAsync(client, "a-namespace-yet-to-come", true);

        Assert.Equal(ResourceAction.Configured, await AccessAsync("Revoke-PrometheusMilvusAccess"));
        await AssertMayListSlicesAsync(client, "default", false);
    }

    [Fact]
    public async Task Grant_then_install_then_Grant_leaves_each_rule_once_and_the_inventory_up_to_date()
    {
        using var client = Client();
        var original = (await client.RbacAuthorizationV1.ReadClusterRoleAsync("prometheus-k8s", cancellationToken: Cancelled)).Rules.Count;
        await AccessAsync("Grant-PrometheusMilvusAccess");
        var version = await RoleVersionAsync(client);
        var inventory = await InventoryVersionAsync(client);
        for (var run = 0; run < 2; run++)
        {
            await RunAsync("Install-KubePrometheus -Path $path");
            Assert.Equal(ResourceAction.Unchanged, await AccessAsync("Grant-PrometheusMilvusAccess"));
        }

        Assert.Equal((version, inventory), (await RoleVersionAsync(client), await InventoryVersionAsync(client)));

        // What a re-apply by another tool does to the role.
        var role = await client.RbacAuthorizationV1.ReadClusterRoleAsync("prometheus-k8s", cancellationToken: Cancelled);
        role.Rules = [.. role.Rules.Take(original)];
        await client.RbacAuthorizationV1.ReplaceClusterRoleAsync(
            role,
            "prometheus-k8s",
            fieldManager: "kubectl",
            cancellationToken: Cancelled);
        Assert.Equal(ResourceAction.Configured, await AccessAsync("Grant-PrometheusMilvusAccess"));
        Assert.Equal(
            original + 2,
            (await client.RbacAuthorizationV1.ReadClusterRoleAsync("prometheus-k8s", cancellationToken: Cancelled)).Rules.Count);
        await AssertMayListSlicesAsync(client, "default", true);
    }

    [Fact]
    public async Task A_binding_for_one_namespace_is_for_that_namespace_only()
    {
        using var client = Client();
        Assert.Equal(ResourceAction.Created, await AccessAsync("Grant-PrometheusMilvusAccess -Namespace default"));
        Assert.Equal(ResourceAction.Unchanged, await AccessAsync("Grant-PrometheusMilvusAccess -Namespace default"));
        await AssertMayListSlicesAsync(client, "default", true);
        await AssertMayListSlicesAsync(client, "kube-public", false);

        Assert.Equal(ResourceAction.Created, await AccessAsync("Grant-PrometheusMilvusAccess -Method Binding"));
        await AssertMayListSlicesAsync(client, "kube-public", true);

        Assert.Equal(ResourceAction.Deleted, await AccessAsync("Revoke-PrometheusMilvusAccess -Namespace default"));
        Assert.Equal(ResourceAction.Deleted, await AccessAsync("Revoke-PrometheusMilvusAccess -Method Binding"));
        await AssertMayListSlicesAsync(client, "default", false);
    }

    [Fact]
    public async Task A_user_who_may_patch_roles_but_not_grant_this_is_told_what_is_missing()
    {
        using var client = Client();
        await client.RbacAuthorizationV1.CreateClusterRoleAsync(
            new V1ClusterRole
            {
                Metadata = new V1ObjectMeta { Name = "limited" },
                Rules =
                [
                    new V1PolicyRule { ApiGroups = ["rbac.authorization.k8s.io"], Resources = ["clusterroles"], Verbs = ["get", "patch"] },
                    new V1PolicyRule { ApiGroups = ["monitoring.coreos.com"], Resources = ["prometheuses"], Verbs = ["list"] },
                ],
            },
            cancellationToken: Cancelled);
        await client.RbacAuthorizationV1.CreateClusterRoleBindingAsync(
            new V1ClusterRoleBinding
            {
                Metadata = new V1ObjectMeta { Name = "limited" },
                RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "limited" },
                Subjects = [new Rbacv1Subject { ApiGroup = "rbac.authorization.k8s.io", Kind = "User", Name = "limited" }],
            },
            cancellationToken: Cancelled);
        var version = await RoleVersionAsync(client);
        var text = await File.ReadAllTextAsync(_kubeconfig, Cancelled);
        var limited = _folder.Write(
            "limited",
            text.Replace("user: {client-certificate-data", "user: {as: limited, client-certificate-data", StringComparison.Ordinal));

        var result = await InvokeAsync("Grant-PrometheusMilvusAccess", limited);

        Assert.Equal([ErrorId.PermissionDenied], result.ErrorIds);
        Assert.Contains(
            "get, list, watch on pods, services, endpoints, endpointslices.discovery.k8s.io",
            Assert.Single(result.Errors).ToString(),
            StringComparison.Ordinal);
        Assert.Equal(version, await RoleVersionAsync(client));
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
        {
            await _session.DisposeAsync();
        }

        _folder.Dispose();
    }

    private k8s.Kubernetes Client() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(_kubeconfig));

    private static async Task AssertMayListSlicesAsync(k8s.Kubernetes client, string namespaceName, bool expected)
    {
        var review = new V1SubjectAccessReview
        {
            Spec = new V1SubjectAccessReviewSpec
            {
                User = "system:serviceaccount:monitoring:prometheus-k8s",
                ResourceAttributes = new V1ResourceAttributes
                {
                    Verb = "list",
                    Group = "discovery.k8s.io",
                    Resource = "endpointslices",
                    NamespaceProperty = namespaceName,
                },
            },
        };

        // The server's own view of roles and bindings follows a write a moment later.
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        bound.CancelAfter(TimeSpan.FromSeconds(10));
        while (
            (await client.AuthorizationV1.CreateSubjectAccessReviewAsync(review, cancellationToken: Cancelled)).Status.Allowed != expected)
        {
            Assert.False(
                bound.IsCancellationRequested,
                $"That it {(expected ? "may" : "may not")} list endpointslices in {namespaceName} did not come true.");
            await Task.Delay(50, Cancelled);
        }
    }

    private static async Task<string> RoleVersionAsync(k8s.Kubernetes client) =>
        (await client.RbacAuthorizationV1.ReadClusterRoleAsync("prometheus-k8s", cancellationToken: Cancelled)).Metadata.ResourceVersion;

    private static async Task<string> InventoryVersionAsync(k8s.Kubernetes client) =>
        (await client.CoreV1.ReadNamespacedConfigMapAsync("milvus-monitoring-kube-prometheus", "monitoring", cancellationToken: Cancelled))
            .Metadata
            .ResourceVersion;

    private async Task<ResourceAction> AccessAsync(string command) =>
        Assert.Single((await RunAsync(command)).OutputOf<PrometheusAccess>()).Action;

    private async Task<PowerShellResult> RunAsync(string command) => (await InvokeAsync(command, _kubeconfig)).EnsureNoError();

    private Task<PowerShellResult> InvokeAsync(string command, string kubeconfig) =>
        _session!.InvokeAsync(
            $"param($kubeconfig, $path) {command} -Kubeconfig $kubeconfig",
            new { kubeconfig, path = _folder.PathOf("manifests") });
}
