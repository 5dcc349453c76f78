using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>Start-, Get- and Stop-MonitoringPortForward in an engine.</summary>
public sealed class PortForwardTests
{
    [Fact]
    public async Task Both_services_answer_through_the_addresses_of_the_objects()
    {
        await using var stage = await ForwardStage.StartAsync();

        var forwards = (await stage.TryStartAsync("-LocalPort 0")).EnsureNoError().OutputOf<MonitoringPortForward>();

        Assert.Equal(["prometheus-k8s", "grafana"], forwards.Select(forward => forward.Service));
        Assert.All(forwards, forward => Assert.Equal(PortForwardState.Listening, forward.State));
        Assert.Equal("prometheus-k8s-0", await ForwardStage.GetAsync(forwards[0]));
        Assert.Equal("grafana", await ForwardStage.GetAsync(forwards[1]));
        Assert.Equal(1, forwards[0].Connections);
        Assert.Equal("prometheus-k8s-0", forwards[0].Pod);
        await Commands.Stage.UntilAsync(() => forwards[0].OpenConnections == 0);
        Assert.True(forwards[0].BytesReceived > 50 && forwards[0].BytesSent > 20, "bytes are counted");
    }

    [Fact]
    public async Task A_port_of_both_loopback_addresses_is_taken()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();

        using var client = ForwardStage.NewClient();
        foreach (var host in new[] { "127.0.0.1", "[::1]" })
        {
            Assert.Equal(
                "prometheus-k8s-0",
                await client.GetStringAsync(new Uri($"http://{host}:{forward.LocalPort}/who"), TestContext.Current.CancellationToken)
            );
        }

        Assert.Equal(["127.0.0.1", "::1"], forward.Address);
    }

    [Fact]
    public async Task Ports_are_free_after_stop_and_open_connections_are_broken_off()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        using var open = await ForwardStage.ConnectAsync(forward);
        await Commands.Stage.UntilAsync(() => forward.State == PortForwardState.Connected);

        var stopped = (
            await stage.Session.InvokeAsync("Get-MonitoringPortForward Prometheus | Stop-MonitoringPortForward -PassThru")).EnsureNoError();

        Assert.Same(forward, Assert.Single(stopped.OutputOf<MonitoringPortForward>()));
        Assert.Equal(PortForwardState.Stopped, forward.State);
        AssertFree(forward.LocalPort);
        await Assert.ThrowsAsync<SocketException>(() => open.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());
        Assert.Empty((await stage.Session.InvokeAsync("Get-MonitoringPortForward")).EnsureNoError().Output);
        Assert.Equal(0, stage.Cluster.PortForwards.OpenSockets);
    }

    [Fact]
    public async Task The_Prometheus_of_any_stack_stops_by_the_name_that_started_it()
    {
        await using var stage = await ForwardStage.StartAsync();
        stage.Cluster.Remove("v1", "Service", "monitoring", "prometheus-k8s");
        var service = stage.Cluster.Find("v1", "Service", "monitoring", "grafana")!;
        service["metadata"] = new JsonObject { ["name"] = "kps-prometheus", ["namespace"] = "monitoring" };
        service["spec"] = JsonNode.Parse("""{"selector":{"app":"prometheus"},"ports":[{"name":"http-web","port":9090}]}""");
        stage.Cluster.Put(service);
        var forward = await stage.StartForwardAsync();
        Assert.Equal("kps-prometheus", forward.Service);

        (await stage.Session.InvokeAsync("Get-MonitoringPortForward Prom* | Out-Null; Stop-MonitoringPortForward Prometheus")).EnsureNoError();

        Assert.Equal(PortForwardState.Stopped, forward.State);
    }

    [Fact]
    public async Task What_runs_already_is_shown_and_not_started_again()
    {
        await using var stage = await ForwardStage.StartAsync();
        var first = await stage.StartForwardAsync();

        var again = (await stage.TryStartAsync($"Prometheus -LocalPort {first.LocalPort}")).EnsureNoError();

        Assert.Same(first, Assert.Single(again.OutputOf<MonitoringPortForward>()));
    }

    [Theory]
    [InlineData("Remove-Module MilvusMonitoring")]
    [InlineData("")]
    public async Task Ports_are_free_after_the_module_or_the_session_has_gone(string script)
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();

        (await stage.Session.InvokeAsync(script)).EnsureNoError();
        if (script.Length == 0)
        {
            await stage.Session.DisposeAsync();
        }

        AssertFree(forward.LocalPort);
        Assert.Equal(PortForwardState.Stopped, forward.State);
        await Commands.Stage.UntilAsync(() => stage.Cluster.PortForwards.OpenSockets == 0);
    }

    [Fact]
    public async Task A_stop_is_no_end_of_its_own_however_the_two_fall_together()
    {
        await using var stage = await ForwardStage.StartAsync();
        for (var round = 0; round < 100; round++)
        {
            var forward = await stage.StartForwardAsync();
            (await stage.Session.InvokeAsync("Stop-MonitoringPortForward -All")).EnsureNoError();
            Assert.Equal((PortForwardState.Stopped, null), (forward.State, forward.LastError));
        }
    }

    [Fact]
    public async Task Wait_stays_in_front_and_ends_everything_with_the_stop()
    {
        await using var stage = await ForwardStage.StartAsync();
        var shown = Path.Combine(stage.Stage.Folder, "shown");
        var waiting = stage.TryStartAsync(
            $"Prometheus -LocalPort 0 -Wait | ForEach-Object {{ $_; [System.IO.File]::Create('{shown}').Dispose() }}");
        await Commands.Stage.UntilAsync(() => File.Exists(shown));

        Assert.False(waiting.IsCompleted);
        await stage.Session.StopAsync();
        var result = await waiting;

        Assert.True(result.Stopped);
        var forward = Assert.Single(result.OutputOf<MonitoringPortForward>());
        Assert.Equal(PortForwardState.Stopped, forward.State);
        Assert.Equal([$"Forwarding {forward.Url} to Service/monitoring/prometheus-k8s, port 9090; Ctrl+C ends it."], result.Information);
        AssertFree(forward.LocalPort);
    }

    [Fact]
    public async Task Wait_warns_of_trouble_and_leaves_what_ran_before_to_run_on()
    {
        await using var stage = await ForwardStage.StartAsync();
        var before = await stage.StartForwardAsync("Grafana");
        var pod = stage
            .Cluster.List("v1", "Pod", "monitoring")
            .Select(pod => (string)pod["metadata"]!["name"]!)
            .Single(name => name.StartsWith("grafana", StringComparison.Ordinal));

        // Nothing shows from outside when the command begins to watch: its first warning ends it.
        var waiting = stage.TryStartAsync($"Grafana -LocalPort {before.LocalPort} -Wait -WarningAction Stop");
        while (!waiting.IsCompleted)
        {
            stage.Cluster.SetReady("monitoring", pod, ready: false);
            await Commands.Stage.UntilAsync(() => before.Pod is null);
            stage.Cluster.SetReady("monitoring", pod, ready: true);
            await Commands.Stage.UntilAsync(() => before.Pod is not null);
        }

        Assert.Contains("No pod of Service/monitoring/grafana is ready", Assert.Single((await waiting).Warnings), StringComparison.Ordinal);
        Assert.Equal("grafana", await ForwardStage.GetAsync(before));
    }

    [Fact]
    public async Task A_port_forward_that_can_take_no_connections_any_more_has_failed()
    {
        await using var stage = await ForwardStage.StartAsync();
        var connection = ClusterConnection.Open(new ClusterTarget(stage.Stage.Kubeconfig, null), new RecordingSink());
        var target = await ServiceTarget.FindAsync(
            new ClusterClient(connection),
            "monitoring",
            "grafana",
            null,
            TestContext.Current.CancellationToken);
        var meter = new PortForwardMeter();
        using var listener = LocalListener.Start(LocalListener.Loopback, 0);
        await using var forwarder = new PortForwarder(connection, target!, listener, new ForwardLog(meter));
        await forwarder.StartAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        listener.Dispose();

        await Commands.Stage.UntilAsync(() => meter.State == PortForwardState.Failed);
        Assert.Equal("The port-forward to Service/monitoring/grafana has ended by itself; start it again.", meter.LastError);
        await Commands.Stage.UntilAsync(() => stage.Cluster.PortForwards.OpenSockets == 0);
    }

    [Fact]
    public async Task A_name_from_the_pipeline_is_a_service_and_a_stack_leads_to_its_own()
    {
        await using var stage = await ForwardStage.StartAsync();
        var stack = new KubePrometheusStack
        {
            Namespace = "monitoring",
            Kubeconfig = stage.Stage.Kubeconfig,
            Server = stage.Cluster.Server,
            KubernetesVersion = "v1.36.2",
            Resources = [],
        };

        var named = await stage.Session.InvokeAsync(
            "param($kubeconfig) 'grafana' | Start-MonitoringPortForward -Namespace monitoring -Port http -LocalPort 0 -Kubeconfig "
                + "$kubeconfig",
            new { kubeconfig = stage.Stage.Kubeconfig });
        var ofStack = await stage.Session.InvokeAsync("param($stack) $stack | Start-MonitoringPortForward -LocalPort 0", new { stack });

        Assert.Equal(
            ["prometheus-k8s", "grafana"],
            ofStack.EnsureNoError().OutputOf<MonitoringPortForward>().Select(forward => forward.Service));
        foreach (
            var forward in named.EnsureNoError().OutputOf<MonitoringPortForward>().Append(ofStack.OutputOf<MonitoringPortForward>()[1]))
        {
            Assert.Equal("grafana", await ForwardStage.GetAsync(forward));
        }

        Assert.Equal(2, (await stage.Session.InvokeAsync("Get-MonitoringPortForward grafana")).Output.Count);
    }

    [Fact]
    public async Task A_named_target_port_that_differs_from_the_services_is_found()
    {
        await using var stage = await ForwardStage.StartAsync();
        stage.PutService("other", new JsonObject
        {
            ["clusterIP"] = "None",
            ["selector"] = new JsonObject { ["app"] = "grafana" },
            ["ports"] = new JsonArray(
                new JsonObject { ["name"] = "dns", ["port"] = 53, ["protocol"] = "UDP" },
                new JsonObject { ["name"] = "site", ["port"] = 80, ["targetPort"] = 3000, ["protocol"] = "TCP" }),
        });
        await stage.UntilReadyAsync("other", 1);

        foreach (var port in new[] { "80", "site" })
        {
            Assert.Equal(
                "grafana",
                await ForwardStage.GetAsync(await stage.StartForwardAsync($"-ServiceName other -Namespace monitoring -Port {port}")));
        }
    }

    [Theory]
    [InlineData("external", null, "ServiceNotForwardable", "is an alias of db.example.com outside the cluster")]
    [InlineData("bare", null, "ServiceNotForwardable", "its endpoints are addresses that are not pods")]
    [InlineData("dns", null, "ServiceNotForwardable", "lookup (53 UDP) is not a TCP port")]
    [InlineData("grafana", "9999", "ObjectNotFound", "has no port '9999', only http (3000)")]
    [InlineData("grafanna", null, "ObjectNotFound", "similar names: 'grafana'")]
    [InlineData("empty", null, "NotReady", "became ready within 1 s: it has none")]
    public async Task What_cannot_be_forwarded_to_is_one_clear_error(string service, string? port, string errorId, string text)
    {
        await using var stage = await ForwardStage.StartAsync();
        stage.PutService("external", new JsonObject { ["type"] = "ExternalName", ["externalName"] = "db.example.com" });
        stage.PutService("bare", new JsonObject { ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["protocol"] = "TCP" }) });
        stage.PutService(
            "dns",
            new JsonObject
            {
                ["selector"] = new JsonObject { ["app"] = "x" },
                ["ports"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "lookup",
                        ["port"] = 53,
                        ["protocol"] = "UDP",
                    }),
            });
        stage.PutService("empty", "nobody", ("http", 80));

        var result = await stage.TryStartAsync(
            $"-ServiceName {service} -Namespace monitoring -LocalPort 0 -Timeout 1 {(port is null ? "" : $"-Port {port}")}");

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(errorId + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(text, error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Exception.Message);
        Assert.Empty(result.Output);
        Assert.Equal(0, stage.Cluster.PortForwards.OpenSockets);
    }

    [Fact]
    public async Task A_busy_port_is_told_with_its_owner_and_the_other_service_starts_all_the_same()
    {
        await using var stage = await ForwardStage.StartAsync();
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;

        var result = await stage.TryStartAsync($"Prometheus, Grafana -LocalPort {port}, 0");

        var error = Assert.Single(result.Errors);
        Assert.StartsWith("PortNotAvailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("give another -LocalPort", error.Exception.Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains($"(process {Environment.ProcessId})", error.Exception.Message, StringComparison.Ordinal);
        }

        Assert.Equal("grafana", Assert.Single(result.OutputOf<MonitoringPortForward>()).Service);
    }

    [Fact]
    public async Task A_port_that_another_port_forward_of_the_session_has_is_told_by_its_number()
    {
        await using var stage = await ForwardStage.StartAsync();
        var first = await stage.StartForwardAsync("Grafana");

        var error = Assert.Single((await stage.TryStartAsync($"Prometheus -LocalPort {first.LocalPort}")).Errors);

        Assert.StartsWith("PortNotAvailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(
            $"port-forward {first.Id} of this process listens there for Service/monitoring/grafana; stop it with "
                + $"Stop-MonitoringPortForward -Id {first.Id}",
            error.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_local_port_for_two_services_is_refused_before_either_starts()
    {
        await using var stage = await ForwardStage.StartAsync();

        var result = await stage.TryStartAsync("Prometheus, Grafana -LocalPort 29090, 29090");

        Assert.Equal([ErrorId.ParameterInvalid], result.ErrorIds);
        Assert.Contains("-LocalPort has 29090 twice", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("v1.36.2", "get", "create")]
    [InlineData("v1.36.2", "create", "get")]
    [InlineData("v1.34.1", "create", "get")]
    public async Task A_missing_permission_names_the_verb(string version, string held, string missing)
    {
        await using var stage = await ForwardStage.StartAsync(new ClusterOptions { Rbac = true, KubernetesVersion = version });
        Allow(
            stage.Cluster,
            "dora",
            ("", "services", "get"),
            ("discovery.k8s.io", "endpointslices", "list"),
            ("discovery.k8s.io", "endpointslices", "watch"),
            ("", "pods/portforward", held));

        var result = await stage.TryStartAsync("Prometheus -LocalPort 0", stage.Stage.WriteKubeconfig("dora"));

        var error = Assert.Single(result.Errors);
        Assert.StartsWith("PermissionDenied,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains($"cannot {missing} pods/portforward in namespace monitoring", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_do_where_slices_may_not_be_seen()
    {
        await using var stage = await ForwardStage.StartAsync(new ClusterOptions { Rbac = true });
        Allow(
            stage.Cluster,
            "dora",
            ("", "services", "get"),
            ("", "endpoints", "list"),
            ("", "endpoints", "watch"),
            ("", "pods/portforward", "get"),
            ("", "pods/portforward", "create"));

        var result = await stage.TryStartAsync("Prometheus -LocalPort 0", stage.Stage.WriteKubeconfig("dora"));

        Assert.Equal(
            "prometheus-k8s-0",
            await ForwardStage.GetAsync(Assert.Single(result.EnsureNoError().OutputOf<MonitoringPortForward>())));
    }

    [Fact]
    public async Task What_is_not_there_is_an_error_with_what_is()
    {
        await using var stage = await ForwardStage.StartAsync();
        await stage.StartForwardAsync();

        var result = await stage.Session.InvokeAsync("Stop-MonitoringPortForward prometeus-k8s; Stop-MonitoringPortForward -Id 77");

        Assert.Equal(
            ["PortForwardNotFound", "PortForwardNotFound"],
            result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Contains("similar names: 'prometheus-k8s'", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Contains("there are: 1", result.Errors[1].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_if_opens_nothing()
    {
        await using var stage = await ForwardStage.StartAsync();

        var result = (await stage.TryStartAsync("-LocalPort 0 -WhatIf")).EnsureNoError();

        Assert.Empty(result.Output);
        Assert.Contains(result.HostLines, line =>
            line.Contains("Forward a local port to Service/monitoring/grafana", StringComparison.Ordinal));
        Assert.Equal(
            [ErrorId.ObjectNotFound],
            (await stage.TryStartAsync("-ServiceName nobody -Namespace monitoring -LocalPort 0 -WhatIf")).ErrorIds);
        Assert.Equal(0, stage.Cluster.PortForwards.OpenSockets);
    }

    private static void AssertFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
    }

    private static void Allow(Cluster cluster, string user, params (string Group, string Resource, string Verb)[] rules)
    {
        cluster.Put(new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "ClusterRole",
            ["metadata"] = new JsonObject { ["name"] = user },
            ["rules"] = new JsonArray([.. rules.Select(rule => new JsonObject
            {
                ["apiGroups"] = new JsonArray(rule.Group),
                ["resources"] = new JsonArray(rule.Resource),
                ["verbs"] = new JsonArray(rule.Verb),
            })]),
        });
        cluster.Put(new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "ClusterRoleBinding",
            ["metadata"] = new JsonObject { ["name"] = user },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = user },
            ["subjects"] = new JsonArray(new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = user }),
        });
    }
}
