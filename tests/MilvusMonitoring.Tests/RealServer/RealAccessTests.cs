using k8s;
using k8s.Models;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests;

/// <summary>What the API server itself, asked with SubjectAccessReviews, says of the rights that are granted.</summary>
[Collection(RealApiServer.Collection)]
public sealed class RealAccessTests(RealApiServer server)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_service_account_may_list_endpointslices_in_any_namespace_after_Grant_and_not_after_Revoke()
    {
        await using var stage = await ServerStage.StartAsync(server, StartingPoint.Stack);
        using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(stage.Kubeconfig));
        await AssertMayListSlicesAsync(client, "kube-node-lease", false);

        Assert.Equal(ResourceAction.Configured, await AccessAsync(stage, "Grant-PrometheusMilvusAccess"));
        var version = await RoleVersionAsync(client);
        Assert.Equal(ResourceAction.Unchanged, await AccessAsync(stage, "Grant-PrometheusMilvusAccess"));
        Assert.Equal(ResourceAction.Unchanged, await AccessAsync(stage, "Grant-PrometheusMilvusAccess"));
        Assert.Equal(version, await RoleVersionAsync(client));
        await AssertMayListSlicesAsync(client, "kube-node-lease", true);
        await AssertMayListSlicesAsync(client, "a-namespace-yet-to-come", true);

        Assert.Equal(ResourceAction.Configured, await AccessAsync(stage, "Revoke-PrometheusMilvusAccess"));
        await AssertMayListSlicesAsync(client, "kube-node-lease", false);
    }

    [Fact]
    public async Task A_binding_for_one_namespace_is_for_that_namespace_only()
    {
        await using var stage = await ServerStage.StartAsync(server, StartingPoint.Stack);
        using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(stage.Kubeconfig));
        Assert.Equal(ResourceAction.Created, await AccessAsync(stage, "Grant-PrometheusMilvusAccess -Namespace kube-node-lease"));
        Assert.Equal(ResourceAction.Unchanged, await AccessAsync(stage, "Grant-PrometheusMilvusAccess -Namespace kube-node-lease"));
        await AssertMayListSlicesAsync(client, "kube-node-lease", true);
        await AssertMayListSlicesAsync(client, "kube-public", false);

        Assert.Equal(ResourceAction.Created, await AccessAsync(stage, "Grant-PrometheusMilvusAccess -Method Binding"));
        await AssertMayListSlicesAsync(client, "kube-public", true);

        Assert.Equal(ResourceAction.Deleted, await AccessAsync(stage, "Revoke-PrometheusMilvusAccess -Namespace kube-node-lease"));
        Assert.Equal(ResourceAction.Deleted, await AccessAsync(stage, "Revoke-PrometheusMilvusAccess -Method Binding"));
        await AssertMayListSlicesAsync(client, "kube-node-lease", false);
    }

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

    private static async Task<ResourceAction> AccessAsync(ServerStage stage, string command)
    {
        var result = await stage.Session.InvokeAsync(
            $"param($kubeconfig) {command} -Kubeconfig $kubeconfig",
            new { kubeconfig = stage.Kubeconfig });
        return Assert.Single(result.EnsureNoError().OutputOf<PrometheusAccess>()).Action;
    }
}
