using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

public sealed class ControllerTests : ClusterTest
{
    [Fact]
    public async Task A_deployment_gets_pods_and_its_service_gets_endpoints()
    {
        await Client.PostAsync(
            "/api/v1/namespaces/default/services",
            Sample.Parse("""{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":"web"}]}}"""),
            Token);
        await Client.PostAsync("/apis/apps/v1/namespaces/default/deployments", Sample.Deployment("web", 2), Token);

        await UntilAsync(cluster => (int?)cluster.Find("apps/v1", "Deployment", "default", "web")!["status"]?["availableReplicas"] == 2);
        await UntilAsync(cluster =>
            (cluster.Find("v1", "Endpoints", "default", "web")?["subsets"]?[0]?["addresses"] as JsonArray)?.Count == 2);

        var slice = Cluster
            .List("discovery.k8s.io/v1", "EndpointSlice", "default")
            .Single(each => each["metadata"]!["labels"]!["kubernetes.io/service-name"]!.ToString() == "web");
        Assert.Equal("8080", slice["ports"]![0]!["port"]!.ToString());
        var status = Cluster.Find("apps/v1", "Deployment", "default", "web")!["status"]!;
        Assert.Equal(
            ("1", "True"),
            (
                status["observedGeneration"]!.ToString(),
                ((JsonArray)status["conditions"]!).First(each => each!["type"]!.ToString() == "Available")!["status"]!.ToString()));
    }

    [Fact]
    public async Task What_is_never_to_be_ready_stays_unavailable()
    {
        Cluster.Readiness.Never("Deployment", "default", "web");
        await Client.PostAsync("/apis/apps/v1/namespaces/default/deployments", Sample.Deployment("web"), Token);
        await Client.PostAsync("/apis/apps/v1/namespaces/default/deployments", Sample.Deployment("other"), Token);

        await UntilAsync(cluster => (int?)cluster.Find("apps/v1", "Deployment", "default", "other")!["status"]?["availableReplicas"] == 1);

        var status = Cluster.Find("apps/v1", "Deployment", "default", "web")!["status"]!;
        Assert.Equal(("1", null), (status["unavailableReplicas"]!.ToString(), status["availableReplicas"]?.ToString()));
    }

    [Fact]
    public async Task Scaling_goes_through_the_subresource()
    {
        await Client.PostAsync("/apis/apps/v1/namespaces/default/deployments", Sample.Deployment("web"), Token);

        var answer = await Client.SendAsync(
            "PATCH",
            "/apis/apps/v1/namespaces/default/deployments/web/scale",
            Sample.Parse("""{"spec":{"replicas":3}}"""),
            "application/merge-patch+json",
            Token);

        Assert.Equal("3", answer.Body["spec"]!["replicas"]!.ToString());
        await UntilAsync(cluster => cluster.List("v1", "Pod", "default").Count == 3);
    }

    [Fact]
    public async Task What_a_deleted_object_owned_goes_too()
    {
        await Client.PostAsync("/apis/apps/v1/namespaces/default/deployments", Sample.Deployment("web"), Token);
        await UntilAsync(cluster => cluster.List("v1", "Pod", "default").Count == 1);

        await Client.DeleteAsync(
            "/apis/apps/v1/namespaces/default/deployments/web",
            Token,
            Sample.Parse("""{"propagationPolicy":"Foreground"}""")
        );

        await UntilAsync(cluster => cluster.Find("apps/v1", "Deployment", "default", "web") is null);
        Assert.Empty(Cluster.List("v1", "Pod", "default"));
        Assert.Empty(Cluster.List("apps/v1", "ReplicaSet", "default"));
    }

    [Fact]
    public async Task Orphans_stay()
    {
        await Client.PostAsync("/apis/apps/v1/namespaces/default/deployments", Sample.Deployment("web"), Token);
        await UntilAsync(cluster => cluster.List("apps/v1", "ReplicaSet", "default").Count == 1);

        await Client.DeleteAsync("/apis/apps/v1/namespaces/default/deployments/web?propagationPolicy=Orphan", Token);

        await UntilAsync(cluster => cluster.Find("apps/v1", "Deployment", "default", "web") is null);
        Assert.Null(Assert.Single(Cluster.List("apps/v1", "ReplicaSet", "default"))["metadata"]!["ownerReferences"]);
    }

    [Fact]
    public async Task A_namespace_says_what_keeps_it_from_ending()
    {
        await Client.PostAsync("/api/v1/namespaces", Sample.Namespace("n"), Token);
        await Client.PostAsync("/api/v1/namespaces/n/configmaps", Sample.Held("held"), Token);

        await Client.DeleteAsync("/api/v1/namespaces/n", Token);
        await UntilAsync(cluster => cluster.Find("v1", "Namespace", null, "n")!["status"]!["conditions"] is not null);

        var conditions = (JsonArray)Cluster.Find("v1", "Namespace", null, "n")!["status"]!["conditions"]!;
        Assert.Equal(
            "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
            conditions.First(each => each!["type"]!.ToString() == "NamespaceFinalizersRemaining")!["message"]!.ToString());

        await Client.SendAsync(
            "PATCH",
            "/api/v1/namespaces/n/configmaps/held",
            Sample.Parse("""{"metadata":{"finalizers":null}}"""),
            "application/merge-patch+json",
            Token);
        await UntilAsync(cluster => cluster.Find("v1", "Namespace", null, "n") is null);
    }

    [Fact]
    public async Task The_operator_serves_its_custom_resources_once_it_runs()
    {
        await Client.PostAsync(Sample.Definitions, Sample.Definition("prometheuses", "Prometheus", "monitoring.coreos.com"), Token);
        await UntilAsync(cluster =>
            cluster
                .Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "prometheuses.monitoring.coreos.com")!
                .ToJsonString()
                .Contains("InitialNamesAccepted", StringComparison.Ordinal));
        var resource = Sample.Parse(
            """{"apiVersion":"monitoring.coreos.com/v1","kind":"Prometheus","metadata":{"name":"k8s"},"spec":{"size":1}}"""
        );
        while ((await Client.PostAsync("/apis/monitoring.coreos.com/v1/namespaces/default/prometheuses", resource, Token)).Status == 404)
        {
            await Task.Delay(10, Token);
        }

        Assert.Empty(Cluster.List("apps/v1", "StatefulSet"));
        await Client.PostAsync(
            "/apis/apps/v1/namespaces/default/deployments",
            Sample.Deployment("prometheus-operator", 1, "--kubelet-service=kube-system/kubelet"),
            Token);

        await UntilAsync(cluster =>
            (int?)cluster.Find("apps/v1", "StatefulSet", "default", "prometheus-k8s")?["status"]?["readyReplicas"] == 1);
        await UntilAsync(cluster =>
            (int?)cluster.Find("monitoring.coreos.com/v1", "Prometheus", "default", "k8s")!["status"]?["availableReplicas"] == 1);
        Assert.NotNull(Cluster.Find("v1", "Pod", "default", "prometheus-k8s-0"));
        Assert.NotNull(Cluster.Find("v1", "Endpoints", "kube-system", "kubelet"));
    }

    [Fact]
    public async Task An_operator_that_starts_before_its_kinds_are_shown_leaves_them_alone_until_its_pod_starts_anew()
    {
        const string Name = "prometheus-operator";
        await Client.PostAsync(
            "/apis/apps/v1/namespaces/default/deployments",
            Sample.Deployment(Name, 1, "--kubelet-service=kube-system/kubelet"),
            Token);
        await UntilAsync(cluster => cluster.Find("v1", "Endpoints", "kube-system", "kubelet") is not null);
        await Client.PostAsync(Sample.Definitions, Sample.Definition("prometheuses", "Prometheus", "monitoring.coreos.com"), Token);
        var resource = Sample.Parse(
            """{"apiVersion":"monitoring.coreos.com/v1","kind":"Prometheus","metadata":{"name":"k8s"},"spec":{"size":1}}"""
        );
        while ((await Client.PostAsync("/apis/monitoring.coreos.com/v1/namespaces/default/prometheuses", resource, Token)).Status == 404)
        {
            await Task.Delay(10, Token);
        }

        await Client.PostAsync("/apis/apps/v1/namespaces/default/deployments", Sample.Deployment("last"), Token);
        await UntilAsync(cluster => (int?)cluster.Find("apps/v1", "Deployment", "default", "last")!["status"]?["availableReplicas"] == 1);
        Assert.Empty(Cluster.List("apps/v1", "StatefulSet"));
        Assert.Null(Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "default", "k8s")!["status"]);

        while ((await Client.GetAsync("/apis/monitoring.coreos.com/v1", Token)).Status == 404)
        {
            await Task.Delay(10, Token);
        }

        var restart = Sample.Parse(
            """{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-01T00:00:00Z"}}}}}"""
        );
        await Client.SendAsync(
            "PATCH",
            $"/apis/apps/v1/namespaces/default/deployments/{Name}",
            restart,
            "application/merge-patch+json",
            Token);
        await UntilAsync(cluster =>
            (int?)cluster.Find("monitoring.coreos.com/v1", "Prometheus", "default", "k8s")!["status"]?["availableReplicas"] == 1);
    }
}
