using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary><c>Install-KubePrometheus</c> on any cluster.</summary>
public abstract class InstallStories : ClusterStories
{
    [Fact]
    public async Task WhatIf_shows_the_plan_and_sends_no_write()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        var result = (await stage.InstallAsync("-WhatIf")).EnsureNoError();
        var plan = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.True(plan.IsPlan);
        Assert.Equal(plan.Resources.Count, plan.Created);
        Assert.All(plan.Resources, resource => Assert.Equal(ResourceAction.ToCreate, resource.Action));
        Assert.Contains(result.HostLines, line => line.Contains("Create Deployment/monitoring/grafana", StringComparison.Ordinal));
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task A_No_to_the_question_leaves_the_cluster_alone()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        stage.Session.Host.Answer("No");
        Assert.Empty((await stage.InstallAsync("-Confirm")).EnsureNoError().Output);
        Assert.Empty(stage.Writes);
        Assert.Contains("Install kube-prometheus", Assert.Single(stage.Session.Host.Questions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_somebody_has_changed_is_applied_again()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var grafana = (await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "grafana"))!;
        grafana["spec"]!["replicas"] = 5;
        await stage.Objects.PutAsync(grafana, "kubectl-edit");
        await stage.Objects.RemoveAsync("v1", "ConfigMap", "monitoring", "grafana-dashboard-nodes");

        Assert.Equal(
            [("changed by kubectl-edit", "Deployment/monitoring/grafana"), ("missing", "ConfigMap/monitoring/grafana-dashboard-nodes")],
            (await stage.GetAsync())
                .Single()
                .Resources.Where(resource => resource.Drift is not null)
                .Select(resource => (resource.Drift!, resource.ToString()))
                .OrderBy(item => item));
        stage.ForgetWrites();
        var again = await stage.InstalledAsync("-ForceConflicts");
        Assert.Equal((1, 1, again.Resources.Count - 2), (again.Configured, again.Created, again.Unchanged));

        // What is to be done to an object that is there needs no record before. One that is made again gets another UID, and needs one.
        Assert.Equal(4, stage.Writes.Count);
        Assert.Equal(
            1,
            (await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "grafana"))!["spec"]!["replicas"]!.GetValue<int>());
    }

    /// <summary>
    /// v0.8.0 has ServiceAccounts of no more than a name, and a controller that gives each a token: there the API server keeps no set of
    /// fields for the apply.
    /// </summary>
    [Fact]
    public async Task What_a_controller_adds_to_an_object_of_no_more_than_a_name_is_no_drift()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        var manifests = stage.CopyManifests("bare", folder =>
            File.WriteAllText(
                Path.Combine(folder, "grafana-bareServiceAccount.yaml"),
                "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: bare\n  namespace: monitoring\n"));
        await stage.InstalledAsync(path: manifests);
        var account = (await stage.Objects.FindAsync("v1", "ServiceAccount", "monitoring", "bare"))!;
        account["secrets"] = new JsonArray(new JsonObject { ["name"] = "bare-token-x" });
        await stage.Objects.PutAsync(account, "kube-controller-manager");
        var managers = (await stage.Objects.FindAsync("v1", "ServiceAccount", "monitoring", "bare"))!["metadata"]!
            ["managedFields"]
            ?.AsArray()
            ?? [];
        Assert.DoesNotContain(managers, entry => (string?)entry!["manager"] == "milvus-monitoring");

        stage.ForgetWrites();
        var again = await stage.InstalledAsync(path: manifests);

        Assert.Equal(again.Resources.Count, again.Unchanged);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task A_field_of_another_manager_is_one_error_and_the_rest_is_applied()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var service = (await stage.Objects.FindAsync("v1", "Service", "monitoring", "grafana"))!;
        service["metadata"]!["labels"]!["app.kubernetes.io/version"] = "mine";
        await stage.Objects.PutAsync(service, "somebody");
        await stage.Objects.RemoveAsync("v1", "ServiceAccount", "monitoring", "grafana");

        var result = await stage.InstallAsync();
        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.FieldConflict, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Service/monitoring/grafana", error.TargetObject);
        Assert.Contains("somebody", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("-ForceConflicts", error.ToString(), StringComparison.Ordinal);
        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal((1, 1), (stack.Failed, stack.Created));

        Assert.Equal(1, (await stage.InstalledAsync("-ForceConflicts")).Configured);
    }

    [Fact]
    public async Task Components_can_be_left_out_by_either_name()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        var stack = await stage.InstalledAsync("-ExcludeComponent grafana, nodeExporter");
        Assert.DoesNotContain(stack.Components, component => component.Name is "grafana" or "node-exporter");
        Assert.Null(await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "grafana"));
        Assert.NotNull(await stage.Objects.FindAsync("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"));

        var typo = await stage.InstallAsync("-ExcludeComponent graphana");
        Assert.Equal([ErrorId.ParameterInvalid], typo.ErrorIds);
        Assert.Contains("grafana", Assert.Single(typo.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_later_installation_leaves_out_stays_and_is_said()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var smaller = await stage.InstalledAsync("-ExcludeComponent grafana");
        Assert.All(smaller.Resources.Where(resource => resource.Component == "grafana"), resource =>
            Assert.Equal(ResourceAction.Skipped, resource.Action));
        stage.ForgetWrites();
        var again = await stage.InstalledAsync("-ExcludeComponent grafana");
        Assert.Equal((smaller.Skipped, again.Resources.Count - smaller.Skipped), (again.Skipped, again.Unchanged));
        Assert.Empty(stage.Writes);
        Assert.NotNull(await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "grafana"));
    }

    [Fact]
    public async Task Every_image_comes_from_the_registry_that_is_given()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        await stage.InstalledAsync("-ImageRegistry registry.example.com:5000/mirror");
        var images = (await stage.Objects.ListAsync("apps/v1", "Deployment", "monitoring"))
            .Concat(await stage.Objects.ListAsync("apps/v1", "DaemonSet", "monitoring"))
            .SelectMany(workload => workload["spec"]!["template"]!["spec"]!["containers"]!.AsArray())
            .Select(container => (string)container!["image"]!)
            .Append(
                (string)(await stage.Objects.FindAsync("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"))!["spec"]!["image"]!);
        Assert.All(images, image => Assert.StartsWith("registry.example.com:5000/mirror/", image, StringComparison.Ordinal));
        var arguments = (await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "prometheus-operator"))!["spec"]![
            "template"
        ]!["spec"]!["containers"]![0]!["args"]!.AsArray();
        Assert.Contains(arguments, argument =>
            ((string)argument!).StartsWith("--prometheus-config-reloader=registry.example.com:5000/mirror/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_installation_keeps_what_Grant_has_added_to_the_role()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var rule = JsonNode.Parse("""{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}""")!;
        var role = (await stage.Objects.FindAsync("rbac.authorization.k8s.io/v1", "ClusterRole", null, "prometheus-k8s"))!;
        var count = role["rules"]!.AsArray().Count;
        role["rules"]!.AsArray().Add(rule.DeepClone());
        role["metadata"]!["annotations"] = new JsonObject
        {
            ["milvus-monitoring/granted-rules"] = new JsonArray(rule.DeepClone()).ToJsonString(),
        };
        await stage.Objects.PutAsync(role, "milvus-monitoring");

        var again = await stage.InstalledAsync();
        Assert.Equal(again.Resources.Count, again.Unchanged);
        var changed = stage.CopyManifests("changed", folder =>
        {
            var file = Path.Combine(folder, "prometheus-clusterRole.yaml");
            File.WriteAllText(file, File.ReadAllText(file).Replace("/metrics\n", "/metrics/new\n", StringComparison.Ordinal));
        });
        Assert.Equal(1, (await stage.InstalledAsync(path: changed)).Configured);
        var rules = (await stage.Objects.FindAsync("rbac.authorization.k8s.io/v1", "ClusterRole", null, "prometheus-k8s"))![
            "rules"
        ]!.AsArray();
        Assert.Equal(count + 1, rules.Count);
        Assert.True(JsonNode.DeepEquals(rule, rules[^1]));
    }

    [Fact]
    public async Task Nothing_is_applied_when_a_manifest_is_bad()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        var bad = stage.CopyManifests("bad", folder =>
            File.WriteAllText(Path.Combine(folder, "zz-last.yaml"), "kind: ConfigMap\nmetadata: [\n"));
        var result = await stage.InstallAsync(path: bad);
        Assert.Equal([ErrorId.ManifestInvalid], result.ErrorIds);
        Assert.Contains("zz-last.yaml", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
    }
}
