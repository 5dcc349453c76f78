using System.Globalization;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// Every Milvus as people have it: without a record of Helm, as a subchart, by Flux and Argo CD, of another publisher's chart, half
/// installed, and among hundreds of releases.
/// </summary>
public sealed class EveryMilvusTests
{
    private const string Get = "Get-MilvusInstance -Kubeconfig $c";
    private const string Enable = "Enable-MilvusServiceMonitor my-release -Kubeconfig $c ";

    private static readonly JsonObject Standalone = Parse("""{"cluster":{"enabled":false}}""");

    [Theory]
    [InlineData("{}", "{}", MilvusManager.Manifests)]
    [InlineData("""{"app.kubernetes.io/managed-by":"Helm"}""", "{}", MilvusManager.Manifests)]
    [InlineData(
        """{"app.kubernetes.io/managed-by":"Helm"}""",
        """{"meta.helm.sh/release-name":"my-release","meta.helm.sh/release-namespace":"default"}""",
        MilvusManager.Helm)]
    [InlineData("{}", """{"argocd.argoproj.io/tracking-id":"vector-db:/Service:default/my-release-milvus"}""", MilvusManager.ArgoCD)]
    [InlineData("""{"argocd.argoproj.io/instance":"vector-db"}""", "{}", MilvusManager.ArgoCD)]
    [InlineData("""{"app.kubernetes.io/instance":"vector-db"}""", "{}", MilvusManager.ArgoCD)]
    [InlineData(
        """{"kustomize.toolkit.fluxcd.io/name":"apps","kustomize.toolkit.fluxcd.io/namespace":"flux-system"}""",
        "{}",
        MilvusManager.Flux)]
    public async Task Without_a_record_labels_show_a_Milvus_and_its_Services_are_what_the_monitor_selects(
        string labels,
        string annotations,
        MilvusManager manager)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutAppliedAsync(new SampleMilvus(), labels, annotations);

        var instance = Assert.Single((await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal(
            ("default/my-release", manager, "v2.6.15", "Running", (int?)1, (bool?)false),
            (instance.ToString(), instance.ManagedBy, instance.AppVersion, instance.Status, instance.RunningPods, instance.MonitorEnabled));

        stage.ForgetWrites();
        var plan = Assert.Single((await stage.RunAsync(Enable + "-WhatIf")).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Empty(stage.Writes);
        var manifest = JsonNode.Parse(plan.Manifest!)!;
        Assert.Equal("ServiceMonitor", (string?)manifest["kind"]);

        var result = (await stage.RunAsync(Enable)).EnsureNoError();
        var made = Assert.Single(result.OutputOf<MilvusServiceMonitor>());
        Assert.Equal(
            (ResourceAction.Created, "my-release-milvus-standalone", "my-release", (int?)1),
            (made.Action, made.Name, made.Instance, made.Endpoints));
        Assert.True(JsonNode.DeepEquals(manifest["spec"], (await stage.MonitorAsync(made.Name))!["spec"]));
        Assert.Equal(
            manager == MilvusManager.Manifests ? 0 : 1,
            result.Warnings.Count(warning => warning.Contains("owns the", StringComparison.Ordinal)));

        var again = Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal(ResourceAction.Unchanged, again.Action);
        Assert.Contains(await stage.CheckAsync("my-release", "Instance"), check => check.Status == CheckStatus.Passed);
        Assert.Contains(await stage.CheckAsync("my-release", "Service"), check => check.Status == CheckStatus.Passed);
        (await stage.RunAsync(Enable + "-Method Helm")).OnlyError(ErrorId.ParameterInvalid);

        var gone = (await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c | Disable-MilvusServiceMonitor")).EnsureNoError();
        Assert.Equal(ResourceAction.Deleted, Assert.Single(gone.OutputOf<MilvusServiceMonitor>()).Action);
    }

    [Fact]
    public async Task Services_that_no_monitor_can_select_are_said_to_lack_what_it_takes()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutAppliedAsync(new SampleMilvus(), "{}", "{}");
        var service = new SampleMilvus().Service();
        service["spec"]!["ports"] = JsonNode.Parse("""[{"name":"milvus","port":19530}]""");
        await stage.Objects.RemoveAsync("v1", "Service", "default", "my-release-milvus");
        await stage.Objects.PutAsync(service);
        Assert.Contains("no Service has a port for metrics", (await stage.CheckAsync("my-release", "Instance"))[0].Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("port for metrics", (await stage.RunAsync(Enable)).OnlyError(ErrorId.ObjectNotFound), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "has no name", "Give that port a name")]
    [InlineData(true, "port named 'metrics'", "Repair the release my-release with helm upgrade")]
    public async Task A_check_never_offers_a_monitor_that_is_refused(bool hasRecord, string reason, string remedy)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var milvus = new SampleMilvus { Values = Standalone };
        await stage.PutAppliedAsync(milvus, "{}", "{}");
        if (hasRecord)
        {
            await stage.PutReleaseAsync(milvus);
        }

        var service = milvus.Service();
        service["spec"]!["ports"] = JsonNode.Parse("""[{"port":9091}]""");
        await stage.Objects.RemoveAsync("v1", "Service", "default", "my-release-milvus");
        await stage.Objects.PutAsync(service);
        Assert.Contains(reason, (await stage.RunAsync(Enable)).OnlyError(ErrorId.ObjectNotFound), StringComparison.Ordinal);
        var check = Assert.Single(await stage.CheckAsync("my-release", "Monitor"));
        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.StartsWith($"# {remedy}", check.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_label_that_Argo_CD_rewrote_is_named_where_a_record_has_the_chart_s_selector()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var milvus = new SampleMilvus { Values = Standalone };
        await stage.PutReleaseAsync(milvus);
        await stage.PutAppliedAsync(milvus, """{"app.kubernetes.io/instance":"vector-db"}""", EveryMilvusStage.WriteOwner("my-release", "default"));
        Assert.Single((await stage.RunAsync(Get)).EnsureNoError().Output);
        var error = (await stage.RunAsync(Enable)).OnlyError(ErrorId.ObjectNotFound);
        Assert.Contains("vector-db", error, StringComparison.Ordinal);
        Assert.Contains("application.resourceTrackingMethod", error, StringComparison.Ordinal);

        await stage.PutAsync(
            MonitorJson("my-release-milvus-standalone", """{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release"}"""));
        var check = Assert.Single(await stage.CheckAsync("my-release", "Service"));
        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.Contains("app.kubernetes.io/instance=vector-db", check.Detail, StringComparison.Ordinal);
        Assert.Contains("application.resourceTrackingMethod", check.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"name":"milvus","version":"4.2.50"}]""", """{"milvus":{"cluster":{"enabled":false}}}""", "", "milvus")]
    [InlineData("""[{"name":"milvus","version":"4.x","alias":"vdb"}]""", """{"vdb":{"cluster":{"enabled":false}}}""", "", "vdb")]
    [InlineData("""[{"name":"rag","version":"1.0.0"}]""", """{"rag":{"milvus":{"cluster":{"enabled":false}}}}""", "", "rag.milvus")]
    [InlineData(
        """[{"name":"rag","version":"1.0.0"}]""",
        """{"rag":{"store":{"milvus":{"cluster":{"enabled":false}}}}}""",
        "---\n# Source: ip/charts/rag/charts/store/charts/milvus/templates/service.yaml\nkind: Service\n",
        "rag.store.milvus")]
    public async Task A_subchart_has_the_values_the_names_and_the_remedies_of_its_level(
        string dependencies,
        string values,
        string manifest,
        string path)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var application = path.Split('.')[^1];
        var milvus = new SampleMilvus
        {
            Name = "ip",
            Chart = "platform",
            ChartVersion = "0.3.0",
            ChartMetadata = new JsonObject { ["dependencies"] = JsonNode.Parse(dependencies) },
            Defaults = [],
            Values = Parse(values),
            Manifest = manifest,
        };
        await stage.PutReleaseAsync(milvus);
        var labels = $$"""{"app.kubernetes.io/name":"{{application}}","helm.sh/chart":"{{application}}-4.2.50"}""";
        await stage.PutAppliedAsync(milvus, labels, EveryMilvusStage.WriteOwner("ip", "default"), labels);

        var instance = Assert.Single((await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal(
            ("default/ip", MilvusManager.Helm, MilvusMode.Standalone, "4.2.50", "v2.6.15", $"ip-{application}-standalone"),
            (
                instance.ToString(),
                instance.ManagedBy,
                instance.Mode,
                instance.ChartVersion,
                instance.AppVersion,
                instance.MonitorName));
        var enable = "Enable-MilvusServiceMonitor ip -Kubeconfig $c ";
        var result = (await stage.RunAsync(enable + "-Verbose")).EnsureNoError();
        var made = Assert.Single(result.OutputOf<MilvusServiceMonitor>());
        Assert.Equal((int?)1, made.Endpoints);
        Assert.Contains($"--set '{path}.metrics.serviceMonitor.enabled=true'", made.Message, StringComparison.Ordinal);
        Assert.Contains(
            result.Verbose,
            line => line.Contains($"--version '0.3.0' --reuse-values --set '{path}.metrics.serviceMonitor.enabled=true'", StringComparison.Ordinal));
        Assert.Single((await stage.RunAsync("Get-MilvusServiceMonitor -Kubeconfig $c")).EnsureNoError().Output);
        Assert.Contains(
            "platform 0.3.0",
            (await stage.RunAsync(enable + "-Method Helm -Interval 1m")).OnlyError(ErrorId.ParameterInvalid),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_Milvus_of_one_release_are_two_instances()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var milvus = new SampleMilvus
        {
            Name = "ip",
            Chart = "platform",
            ChartMetadata = Parse("""{"dependencies":[{"name":"milvus","alias":"hot"},{"name":"milvus","alias":"cold"}]}"""),
            Values = Parse("""{"hot":{"cluster":{"enabled":false}},"cold":{"cluster":{"enabled":false},"metrics":{"enabled":false}}}"""),
        };
        await stage.PutReleaseAsync(milvus);
        const string Labels = """{"app.kubernetes.io/name":"hot"}""";
        await stage.PutAppliedAsync(milvus, Labels, EveryMilvusStage.WriteOwner("ip", "default"), Labels);
        var found = (await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>();
        Assert.Equal(
            [("ip-cold", false), ("ip-hot", true)],
            found.Select(instance => (instance.Name, instance.MetricsEnabled)));
        var made = Assert.Single(
            (await stage.RunAsync("Enable-MilvusServiceMonitor ip-hot -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal(("ip-hot-standalone", (int?)1), (made.Name, made.Endpoints));
        Assert.Equal(
            ResourceAction.Deleted,
            Assert
                .Single(
                    (await stage.RunAsync("Get-MilvusInstance ip-hot -Kubeconfig $c | Disable-MilvusServiceMonitor"))
                        .EnsureNoError()
                        .OutputOf<MilvusServiceMonitor>())
                .Action);
    }

    [Theory]
    [InlineData("""{"name":"milvus","condition":"milvus.enabled"}""", """{"milvus":{"enabled":false}}""")]
    [InlineData("""{"name":"milvus","condition":"other.enabled,milvus.enabled"}""", """{"milvus":{"enabled":false}}""")]
    [InlineData("""{"name":"milvus","tags":["vectors"]}""", """{"tags":{"vectors":false}}""")]
    [InlineData("""{"name":"open-webui"}""", """{"open-webui":{"milvus":{"uri":"http://elsewhere"}}}""")]
    public async Task A_subchart_that_is_turned_off_and_values_of_a_client_are_no_Milvus(string dependency, string values)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutReleaseAsync(new SampleMilvus
        {
            Chart = "platform",
            ChartMetadata = new JsonObject { ["dependencies"] = new JsonArray(JsonNode.Parse(dependency)) },
            Values = Parse(values),
        });
        Assert.Empty((await stage.RunAsync(Get)).EnsureNoError().Output);
    }

    [Theory]
    [InlineData("""{"home":"https://bitnami.com","sources":["https://github.com/bitnami/charts"]}""", """{"proxy":{"metrics":{"enabled":true}}}""")]
    [InlineData("""{"annotations":{"tanzuCategory":"service"}}""", """{"cluster":{"enabled":true}}""")]
    [InlineData("""{"home":"https://milvus.io"}""", """{"replicaCount":1,"image":{"tag":"x"},"service":{"port":19530}}""")]
    [InlineData("""{"maintainers":[{"name":"somebody"}]}""", """{"cluster":{"enabled":true}}""")]
    public async Task Another_publisher_s_chart_is_shown_as_such_and_never_offered_this_one(string metadata, string defaults)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var milvus = new SampleMilvus { ChartVersion = "16.0.2", ChartMetadata = Parse(metadata), Defaults = Parse(defaults) };
        await stage.PutReleaseAsync(milvus);
        await stage.PutAppliedAsync(milvus, """{"helm.sh/chart":"milvus-16.0.2"}""", EveryMilvusStage.WriteOwner("my-release", "default"));
        var instance = Assert.Single((await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal((MilvusManager.OtherChart, "16.0.2", true), (instance.ManagedBy, instance.ChartVersion, instance.MetricsEnabled));
        (await stage.RunAsync(Enable)).OnlyError(ErrorId.InstanceNotSupported);
        (await stage.RunAsync(Enable + "-Method Helm")).OnlyError(ErrorId.ParameterInvalid);
        var check = Assert.Single(await stage.CheckAsync("my-release", "Monitor"));
        Assert.StartsWith("# Turn the ServiceMonitor on in the values of that chart", check.Remedy, StringComparison.Ordinal);

        await stage.PutAsync(MonitorJson("own", """{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release"}"""));
        Assert.Equal(
            ResourceAction.Unchanged,
            Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>()).Action);
        Assert.All(await stage.CheckAsync("my-release", "Instance"), check => Assert.Equal(CheckStatus.Passed, check.Status));
        var kept = (await stage.RunAsync("Disable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        Assert.Equal(ResourceAction.Skipped, Assert.Single(kept.OutputOf<MilvusServiceMonitor>()).Action);
    }

    [Fact]
    public async Task The_chart_of_Milvus_is_its_own_whoever_publishes_the_charts_that_it_depends_on()
    {
        // The metadata of chart 5.0.19, as helm keeps it.
        const string Metadata = """
            {"home":"https://milvus.io/","sources":["https://github.com/zilliztech/milvus"],
             "maintainers":[{"name":"contact","email":"contact@milvus.io","url":"milvus.io"}],
             "dependencies":[{"name":"etcd","version":"8.12.0","condition":"etcd.enabled",
               "repository":"https://raw.githubusercontent.com/bitnami/charts/archive-full-index/bitnami"}]}
            """;
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutAsync(new SampleMilvus { ChartMetadata = Parse(Metadata) });

        var instance = Assert.Single((await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>());

        Assert.Equal(MilvusManager.Helm, instance.ManagedBy);
    }

    [Theory]
    [InlineData(Get)]
    [InlineData(Get + " -Namespace milvus")]
    [InlineData("Get-MilvusInstance my-release -Namespace milvus -Kubeconfig $c")]
    public async Task A_release_of_Flux_is_where_it_runs_and_its_records_are_where_Flux_keeps_them(string get)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutFluxAsync();
        var instance = Assert.Single((await stage.RunAsync(get)).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal(
            ("milvus/my-release", "flux-system", MilvusManager.Flux, "deployed"),
            (instance.ToString(), instance.StorageNamespace, instance.ManagedBy, instance.Status));
        Assert.Empty((await stage.RunAsync(Get + " -Namespace flux-system")).EnsureNoError().Output);

        var result = (await stage.RunAsync(Enable + "-Namespace milvus")).EnsureNoError();
        Assert.Equal("milvus", Assert.Single(result.OutputOf<MilvusServiceMonitor>()).Namespace);
        Assert.Contains(
            result.Warnings,
            warning => warning.Contains("HelmRelease/flux-system/flux-milvus owns the values", StringComparison.Ordinal));
        Assert.Contains(
            "HelmRelease/flux-system/flux-milvus",
            (await stage.RunAsync(Enable + "-Method Helm -Interval 1m -WhatIf")).OnlyError(ErrorId.ParameterInvalid),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_that_claims_another_namespace_without_proof_counts_where_it_lies(bool hasServices)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        if (hasServices)
        {
            await stage.PutNamespaceAsync("db");
            await stage.PutAppliedAsync(new SampleMilvus { Namespace = "db" }, "{}", "{}");
        }

        await stage.PutReleaseAsync(new SampleMilvus { Namespace = "db", StorageNamespace = "default" });
        var found = (await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>();
        Assert.Contains(("default/my-release", (string?)null), found.Select(instance => (instance.ToString(), instance.StorageNamespace)));
        Assert.DoesNotContain(found, instance => instance is { Namespace: "db", ManagedBy: MilvusManager.Helm });
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("pending-upgrade")]
    [InlineData("pending-install")]
    public async Task An_unfinished_release_whose_pods_run_is_a_warning_with_its_age(string status)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var milvus = new SampleMilvus { Values = Standalone, Status = status };
        await stage.PutAsync(milvus);
        await stage.PutWorkloadAsync(milvus);
        var result = (await stage.RunAsync(Enable)).EnsureNoError();
        Assert.Equal(ResourceAction.Created, Assert.Single(result.OutputOf<MilvusServiceMonitor>()).Action);
        Assert.Matches($"not deployed but {status} for [0-9]+d", Assert.Single(result.Warnings));
        (await stage.RunAsync(Enable + "-Method Helm")).OnlyError(ErrorId.ReleaseNotDeployed);
        var check = Assert.Single(await stage.CheckAsync("my-release", "Instance"));
        Assert.Equal(CheckStatus.Warning, check.Status);
        Assert.Contains($"{status} for ", check.Detail, StringComparison.Ordinal);

        var monitor = (await stage.MonitorAsync("my-release-milvus-standalone"))!;
        monitor["spec"]!["endpoints"]![0]!["interval"] = "45s";
        await stage.Objects.PutAsync(monitor, "helm");
        var kept = Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Unchanged, "45s"), (kept.Action, kept.Interval));
    }

    [Fact]
    public async Task An_unfinished_release_without_running_pods_is_refused()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutReleaseAsync(new SampleMilvus { Status = "failed" });
        (await stage.RunAsync(Enable)).OnlyError(ErrorId.ReleaseNotDeployed);
        Assert.Equal(CheckStatus.Failed, Assert.Single(await stage.CheckAsync("my-release", "Instance")).Status);
    }

    [Fact]
    public async Task Kept_history_makes_no_name_ambiguous()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutReleaseAsync(new SampleMilvus { Namespace = "old", Status = "uninstalled" });
        await stage.PutAsync(new SampleMilvus { Namespace = "new", Values = Standalone });
        var made = Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal("new", made.Namespace);
        (await stage.RunAsync(Enable + "-Namespace old")).OnlyError(ErrorId.ReleaseNotDeployed);
    }

    [Fact]
    public async Task Two_tools_with_one_name_in_one_namespace_are_told_apart_in_the_error()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutReleaseAsync(new SampleMilvus());
        await stage.PutOperatorMilvusAsync("my-release");
        var error = (await stage.RunAsync(Enable + "-Namespace default")).OnlyError(ErrorId.InstanceAmbiguous);
        Assert.Contains("Helm and Operator", error, StringComparison.Ordinal);
        Assert.DoesNotContain("choose one with -Namespace", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinds_of_an_old_Operator_are_named_as_not_supported()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.DefineAsync("milvus.io", "v1alpha1", "milvusclusters", "MilvusCluster");
        await stage.PutAsync(
            """{"apiVersion":"milvus.io/v1alpha1","kind":"MilvusCluster","metadata":{"name":"ancient","namespace":"default"},"spec":{}}""");
        var result = (await stage.RunAsync(Get)).EnsureNoError();
        Assert.Contains("MilvusCluster/default/ancient", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains(
            "v1alpha1",
            (await stage.RunAsync("Enable-MilvusServiceMonitor ancient -Kubeconfig $c")).OnlyError(ErrorId.InstanceNotSupported),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"image":{"all":{"tag":"v3.0.0"}}}""", null, "v3.0.0")]
    [InlineData("{}", null, "v2.6.15")]
    [InlineData("""{"image":{"all":{"tag":"v2.6.15"}}}""", "registry:5000/milvusdb/milvus:v2.6.16-gpu@sha256:0", "v2.6.16-gpu")]
    public async Task The_version_that_runs_is_shown_beside_that_of_the_chart(string values, string? image, string version)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var milvus = new SampleMilvus { Values = Parse(values) };
        await stage.PutReleaseAsync(milvus);
        if (image is not null)
        {
            await stage.Objects.PutAsync(milvus.Service());
            var deployment = milvus.Deployment();
            deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = image;
            await stage.Objects.PutAsync(deployment);
            await stage.Cluster.WaitForAsync(
                cluster => cluster.List("v1", "Pod", "default").Any(pod => (string?)pod["status"]?["phase"] == "Running"),
                TestContext.Current.CancellationToken);
        }

        var instance = Assert.Single((await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal((version, "2.6.15"), (instance.AppVersion, instance.ChartAppVersion));
    }

    [Fact]
    public async Task Who_may_not_read_Secrets_sees_what_Services_and_the_Operator_tell_and_one_warning()
    {
        await using var stage = await EveryMilvusStage.StartAsync(new ClusterOptions { Rbac = true });
        var milvus = new SampleMilvus { Values = Standalone };
        await stage.PutReleaseAsync(milvus);
        await stage.PutAppliedAsync(milvus, """{"helm.sh/chart":"milvus-5.0.19"}""", EveryMilvusStage.WriteOwner("my-release", "default"));
        await stage.PutOperatorMilvusAsync("demo");
        await stage.PutAsync(
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"viewer"},"rules":[
             {"apiGroups":[""],"resources":["pods","services","endpoints","namespaces","configmaps"],"verbs":["get","list","watch"]},
             {"apiGroups":["milvus.io","monitoring.coreos.com","apps","discovery.k8s.io"],"resources":["*"],"verbs":["get","list","watch"]}]}
            """);
        await stage.PutAsync(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"viewer"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"viewer"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"viewer"}]}""");
        var kubeconfig = stage.WriteKubeconfig("viewer");

        var result = (await stage.RunAsync(Get, kubeconfig)).EnsureNoError();
        Assert.Equal(
            [("default/demo", MilvusManager.Operator), ("default/my-release", MilvusManager.Helm)],
            result.OutputOf<MilvusInstance>().Select(instance => (instance.ToString(), instance.ManagedBy)));
        Assert.Contains("cannot list secrets", Assert.Single(result.Warnings), StringComparison.Ordinal);

        var checks = (await stage.RunAsync("Test-MilvusMonitoring -Kubeconfig $c", kubeconfig)).OutputOf<MonitoringCheck>();
        Assert.Equal(
            [CheckStatus.Passed, CheckStatus.Unknown],
            checks.Where(check => check.Check == "Instance").Select(check => check.Status).Order());
        Assert.DoesNotContain(checks, check => $"{check.Target}{check.Remedy}".Contains('*', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_read_monitors_only_sees_the_Milvus_of_each()
    {
        await using var stage = await EveryMilvusStage.StartAsync(new ClusterOptions { Rbac = true });
        await stage.PutAsync(MonitorJson("m", """{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release"}"""));
        await stage.PutAsync(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"m"},"rules":[{"apiGroups":["monitoring.coreos.com"],"resources":["*"],"verbs":["get","list"]}]}""");
        await stage.PutAsync(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"m"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"m"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"viewer"}]}""");
        var result = (await stage.RunAsync(Get, stage.WriteKubeconfig("viewer"))).EnsureNoError();
        var instance = Assert.Single(result.OutputOf<MilvusInstance>());
        Assert.Equal(("default/my-release", "Unknown", "m"), (instance.ToString(), instance.Status, instance.MonitorName));
        Assert.Single(result.Warnings);
    }

    [Fact]
    public async Task Services_without_the_usual_labels_show_a_Milvus_by_their_ports()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutAsync("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"vectors","namespace":"default"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"vectors"}},
             "template":{"metadata":{"labels":{"app":"vectors"}},"spec":{"containers":[{"name":"m","image":"mirror/milvus:v2.5.1","ports":[{"name":"metrics","containerPort":9091}]}]}}}}
            """);
        await stage.PutAsync("""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"vectors","namespace":"default","labels":{"app":"vectors"}},
             "spec":{"selector":{"app":"vectors"},"ports":[{"name":"grpc","port":19530},{"name":"metrics","port":9091}]}}
            """);
        await stage.PutAsync("""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"gateway","namespace":"default","labels":{"app":"gateway"}},
             "spec":{"selector":{"app":"gateway"},"ports":[{"name":"tcp","port":19530}]}}
            """);
        await stage.Cluster.WaitForAsync(
            cluster => cluster.List("v1", "Pod", "default").Any(pod => (string?)pod["status"]?["phase"] == "Running"),
            TestContext.Current.CancellationToken);
        var instance = Assert.Single((await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal(("default/vectors", "v2.5.1", "Running"), (instance.ToString(), instance.AppVersion, instance.Status));
        var made = Assert.Single(
            (await stage.RunAsync("Enable-MilvusServiceMonitor vectors -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal(("vectors", "vectors"), (Assert.Single(made.Services), made.Instance));
    }

    [Fact]
    public async Task Values_of_odd_types_are_refused_before_anything_is_written()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutAsync(new SampleMilvus { Values = Parse("""{"cluster":{"enabled":false},"metrics":{"serviceMonitor":{"interval":30}}}""") });
        stage.ForgetWrites();
        Assert.Contains(
            "metrics.serviceMonitor.interval of the release is 30",
            (await stage.RunAsync(Enable)).OnlyError(ErrorId.ParameterInvalid),
            StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
        (await stage.RunAsync(Enable + "-Interval 15s")).EnsureNoError();
    }

    [Fact]
    public async Task Who_sees_no_Milvus_at_all_gets_no_remedy_for_an_instance_named_by_a_wildcard()
    {
        await using var stage = await EveryMilvusStage.StartAsync(new ClusterOptions { Rbac = true });
        var checks = (await stage.RunAsync("Test-MilvusMonitoring -Kubeconfig $c", stage.WriteKubeconfig("nobody")))
            .OutputOf<MonitoringCheck>();
        Assert.Contains(checks, check => check is { Check: "Instance", Status: CheckStatus.Unknown });
        Assert.DoesNotContain(checks, check => check.Remedy?.Contains('*', StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task Among_six_hundred_releases_only_the_records_are_read_that_can_be_Milvus()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        for (var number = 0; number < 600; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"web-{number}");
            foreach (var revision in (int[])[1, 2, 3])
            {
                var web = new SampleMilvus { Name = name, Chart = "web", Revision = revision, Status = revision < 3 ? "superseded" : "deployed" };
                stage.Cluster.Put(web.ReleaseRecord(), "helm");
            }
        }

        await stage.PutAsync(new SampleMilvus { Name = "search", Values = Standalone });
        stage.ForgetWrites();
        var instance = Assert.Single((await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal(("default/search", MilvusManager.Helm), (instance.ToString(), instance.ManagedBy));
        var requests = stage.Cluster.Requests.All.Select(request => request.Path).ToList();
        Assert.Single(requests, path => path.Contains("/secrets?", StringComparison.Ordinal));
        Assert.InRange(requests.Count(path => path.Contains("/secrets/", StringComparison.Ordinal)), 1, 16);
        Assert.InRange(requests.Count, 1, 30);
    }

    [Fact]
    public async Task An_empty_result_says_where_monitors_are()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutAsync(new SampleMilvus { Namespace = "db", Values = Standalone });
        Assert.Contains(
            (await stage.RunAsync("Get-MilvusServiceMonitor -Kubeconfig $c -Verbose")).EnsureNoError().Verbose,
            line => line.Contains("no such monitor", StringComparison.Ordinal));
        (await stage.RunAsync(Enable)).EnsureNoError();
        Assert.Contains(
            "db",
            Assert.Single((await stage.RunAsync("Get-MilvusServiceMonitor -Kubeconfig $c")).EnsureNoError().Warnings),
            StringComparison.Ordinal);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static string MonitorJson(string name, string selector) => $$$"""
        {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"{{{name}}}","namespace":"default"},
         "spec":{"selector":{"matchLabels":{{{selector}}}},"endpoints":[{"port":"metrics","interval":"30s"}]} }
        """;
}
