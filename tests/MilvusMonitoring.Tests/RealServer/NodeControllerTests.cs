using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests;

/// <summary>What real controllers and a kubelet make of what the module applies: what becomes ready, and what goes.</summary>
[Collection(RealNode.Collection)]
public sealed class NodeControllerTests(RealNode node)
{
    private static readonly (string Kind, string Name)[] s_workloads =
    [
        ("Deployment", "web"), ("StatefulSet", "store"), ("DaemonSet", "agent"),
    ];

    private static readonly (string ApiVersion, string Kind)[] s_made =
    [
        ("v1", "Pod"), ("apps/v1", "ReplicaSet"), ("apps/v1", "ControllerRevision"),
        ("v1", "Endpoints"), ("discovery.k8s.io/v1beta1", "EndpointSlice"),
    ];

    [Fact]
    public async Task An_installation_waits_until_pods_run_and_an_uninstallation_leaves_none_of_what_controllers_made()
    {
        using var folder = new TemporaryFolder();
        await using var place = await NodePlace.StartAsync(node, "elsewhere");
        WriteRelease(folder);

        Assert.True(StackOf(await InstallAsync(place, folder, "-Wait -Timeout 120")).Ready);
        foreach (var (kind, name) in s_workloads)
        {
            var status = (await place.Objects.FindAsync("apps/v1", kind, "monitoring", name))!["status"]!;
            Assert.Equal(1, (int?)(status["availableReplicas"] ?? status["readyReplicas"] ?? status["numberAvailable"]));
        }

        var made = await MadeAsync(place);
        foreach (var (_, kind) in s_made)
        {
            Assert.Contains(made, item => item.StartsWith(kind + "/", StringComparison.Ordinal));
        }

        // The controller has given the ServiceAccount, which has no more than a name, a token: that is no drift.
        await NodePlace.UntilAsync(
            async () => (await place.Objects.FindAsync("v1", "ServiceAccount", "monitoring", "bare"))!["secrets"] is not null, "a token");
        var again = StackOf(await InstallAsync(place, folder, ""));
        Assert.Equal(again.Resources.Count, again.Unchanged);

        var removed = StackOf(await UninstallAsync(place));
        Assert.Equal(removed.Resources.Count, removed.Deleted);
        Assert.Empty(await MadeAsync(place));
        Assert.Null(await place.Objects.FindAsync("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task What_the_namespace_of_others_keeps_is_left_when_its_controllers_objects_are_collected()
    {
        using var folder = new TemporaryFolder();
        await using var place = await NodePlace.StartAsync(node, "monitoring");
        await using var ender = new PodEnder(place.Kubeconfig);
        await place.PutWebAsync("theirs", replicas: 1);
        WriteRelease(folder);
        (await InstallAsync(place, folder, "-Wait -Timeout 120")).EnsureNoError();

        var removed = (await UninstallAsync(place)).EnsureNoError();

        // The namespace was there before, so that it is not the stack's.
        Assert.Contains("Namespace/monitoring was left alone", Assert.Single(removed.Warnings), StringComparison.Ordinal);
        Assert.Single(await place.ReadyAsync("theirs"));
        await NodePlace.UntilAsync(
            async () => (await MadeAsync(place)).All(item => item.Contains("theirs", StringComparison.Ordinal)), "only what others have");
    }

    [Fact]
    public async Task Into_a_namespace_that_terminates_nothing_is_installed_until_it_has_gone()
    {
        using var folder = new TemporaryFolder();
        await using var place = await NodePlace.StartAsync(node, "monitoring");
        await place.Objects.PutAsync(JsonNode.Parse("""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"held","namespace":"monitoring","finalizers":["example.com/held"]} }
            """)!.AsObject());
        await place.Objects.RemoveAsync("v1", "Namespace", null, "monitoring");
        WriteRelease(folder);

        var refused = await InstallAsync(place, folder, "-Timeout 1");
        Assert.Equal([ErrorId.NamespaceTerminating], refused.ErrorIds);
        Assert.Null(await place.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "web"));

        var held = (await place.Objects.FindAsync("v1", "ConfigMap", "monitoring", "held"))!;
        held["metadata"]!["finalizers"] = new JsonArray();
        await place.Objects.PutAsync(held);
        Assert.True(StackOf(await InstallAsync(place, folder, "-Wait -Timeout 120")).Ready);
    }

    /// <summary>A release of one workload of each kind, and a Service for one of them.</summary>
    private static void WriteRelease(TemporaryFolder folder)
    {
        folder.Write("manifests/setup/namespace.yaml", NodePlace.NamespaceOf("monitoring").ToJsonString());
        folder.Write("manifests/service.yaml", """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"monitoring"},
             "spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"protocol":"TCP","targetPort":"http"}]} }
            """);
        folder.Write("manifests/serviceAccount.yaml", """
            {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"bare","namespace":"monitoring"} }
            """);
        foreach (var (kind, name) in s_workloads)
        {
            folder.Write($"manifests/{name}.yaml", NodePlace.Workload("monitoring", kind, name, replicas: 1).ToJsonString());
        }
    }

    private static Task<PowerShellResult> InstallAsync(NodePlace place, TemporaryFolder folder, string more) => place.Session.InvokeAsync(
        $"param($c, $path) Install-KubePrometheus -Kubeconfig $c -Path $path {more}",
        new { c = place.Kubeconfig, path = folder.PathOf("manifests") });

    private static Task<PowerShellResult> UninstallAsync(NodePlace place) =>
        place.Session.InvokeAsync("param($c) Uninstall-KubePrometheus -Kubeconfig $c -Confirm:$false", new { c = place.Kubeconfig });

    private static KubePrometheusStack StackOf(PowerShellResult result) =>
        Assert.Single(result.EnsureNoError().OutputOf<KubePrometheusStack>());

    /// <summary>What controllers make in the namespace of the stack.</summary>
    private static async Task<IReadOnlyList<string>> MadeAsync(NodePlace place)
    {
        List<string> made = [];
        foreach (var (apiVersion, kind) in s_made)
        {
            var items = await place.Objects.ListAsync(apiVersion, kind, "monitoring");
            made.AddRange(items.Select(item => $"{kind}/{item["metadata"]!["name"]}"));
        }

        return made;
    }
}
