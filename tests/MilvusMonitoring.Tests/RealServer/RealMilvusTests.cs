using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests;

/// <summary>A release that the real helm has installed on a real API server, and its ServiceMonitor.</summary>
[Collection(RealApiServer.Collection)]
public sealed class RealMilvusTests(RealApiServer server) : IAsyncLifetime
{
    private const string Release = "my-release";
    private const string Name = "my-release-milvus";

    private readonly HashSet<string> _places = new(StringComparer.Ordinal);
    private RealHelm? _helm;
    private ServerStage? _stage;
    private k8s.Kubernetes? _client;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _helm = RealHelm.Find();
        _stage = await ServerStage.StartAsync(server, StartingPoint.Stack);
        _client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(_stage.Kubeconfig));
    }

    [Fact]
    public async Task Enable_creates_the_monitor_of_a_release_once_and_Disable_removes_it()
    {
        const string Place = "enabled";
        await HelmAsync(Place, "install", Release, RealHelm.Chart, "--create-namespace");
        Assert.Equal((1, "deployed", "5.0.19", MilvusMode.Cluster, Name, false), await InstanceAsync());

        var created = await OneAsync("Enable-MilvusServiceMonitor my-release -Namespace $place", Place);
        Assert.Equal((ResourceAction.Created, Name, "30s"), (created.Action, created.Name, created.Interval));
        Assert.Equal([Name], created.Services);
        var before = await MonitorAsync(Place);
        Assert.Equal(ResourceAction.Unchanged, (await OneAsync("Enable-MilvusServiceMonitor my-release -Namespace $place", Place)).Action);
        Assert.Equal(before.ToJsonString(), (await MonitorAsync(Place)).ToJsonString());
        Assert.Equal((1, "deployed", "5.0.19", MilvusMode.Cluster, Name, true), await InstanceAsync());

        Assert.Equal(
            ResourceAction.Deleted,
            (await OneAsync("Get-MilvusServiceMonitor -Namespace $place | Disable-MilvusServiceMonitor", Place)).Action);
        Assert.Empty((await RunAsync("Get-MilvusServiceMonitor -Namespace $place", Place)).Output);
        await AssertNotFoundAsync(() => MonitorAsync(Place));

        async Task<(int?, string, string?, MilvusMode, string, bool?)> InstanceAsync()
        {
            var instance = Assert.Single((await RunAsync("Get-MilvusInstance -Namespace $place", Place)).OutputOf<MilvusInstance>());
            return (
                instance.Revision,
                instance.Status,
                instance.ChartVersion,
                instance.Mode,
                instance.MonitorName,
                instance.MonitorEnabled);
        }
    }

    [Fact]
    public async Task Endpoints_are_counted_where_the_server_has_only_the_old_version_of_endpointslices()
    {
        const string Place = "counted";
        await HelmAsync(Place, "install", Release, RealHelm.Chart, "--create-namespace");
        await AssertNotFoundAsync(() => _client!.DiscoveryV1.ListNamespacedEndpointSliceAsync(Place, cancellationToken: Cancelled));
        var enabled = await OneAsync("Enable-MilvusServiceMonitor my-release -Namespace $place", Place);
        Assert.Equal((0, 0), (enabled.Endpoints, enabled.ReadyEndpoints));

        // What the server's controllers would make, which do not run here.
        await CreateSliceAsync(Place, Name, "metrics", true, true, false);
        await CreateSliceAsync(Place, Name, "other-port", true);
        await CreateSliceAsync(Place, "other-service", "metrics", true);

        var shown = await OneAsync("Get-MilvusServiceMonitor -Namespace $place", Place);
        Assert.Equal((Name, Release, 3, 2), (shown.Name, shown.Instance, shown.Endpoints, shown.ReadyEndpoints));
        Assert.Equal([Name], shown.Services);
    }

    [Fact]
    public async Task Helm_adopts_the_monitor_without_a_change_to_it_and_Disable_still_removes_it()
    {
        const string Place = "adopted";
        await HelmAsync(Place, "install", Release, RealHelm.Chart, "--create-namespace");
        await OneAsync("Enable-MilvusServiceMonitor my-release -Namespace $place", Place);
        var before = await MonitorAsync(Place);

        await HelmAsync(Place, "upgrade", Release, RealHelm.Chart, "--reuse-values", "--set", "metrics.serviceMonitor.enabled=true");

        var after = await MonitorAsync(Place);
        Assert.Equal(FieldsOf(before, "helm"), FieldsOf(after, "helm"));
        Assert.Equal(WithoutBookkeeping(before).ToJsonString(), WithoutBookkeeping(after).ToJsonString());
        Assert.Equal(ResourceAction.Unchanged, (await OneAsync("Enable-MilvusServiceMonitor my-release -Namespace $place", Place)).Action);

        var disabled = await RunAsync("Disable-MilvusServiceMonitor my-release -Namespace $place", Place);
        Assert.Equal(ResourceAction.Deleted, Assert.Single(disabled.OutputOf<MilvusServiceMonitor>()).Action);
        Assert.Contains("next helm upgrade brings it back", Assert.Single(disabled.Warnings), StringComparison.Ordinal);
        await AssertNotFoundAsync(() => MonitorAsync(Place));
    }

    [Theory]
    [InlineData(RealHelm.Newest, "mixed-4")]
    [InlineData(RealHelm.Three, "mixed-3")]
    public async Task Native_and_Helm_make_the_same_and_follow_one_another(string helm, string place)
    {
        _helm = RealHelm.Find(helm);
        var byHelm =
            $"Enable-MilvusServiceMonitor my-release -Namespace $place -Method Helm -HelmPath '{_helm.Program}' -Chart '{RealHelm.Chart}'";
        await HelmAsync(place, "install", Release, RealHelm.Chart, "--create-namespace");
        await OneAsync("Enable-MilvusServiceMonitor my-release -Namespace $place -AdditionalLabel @{ team = '1' }", place);
        var native = Content(await MonitorAsync(place));
        await OneAsync("Disable-MilvusServiceMonitor my-release -Namespace $place", place);

        await OneAsync("Enable-MilvusServiceMonitor my-release -Namespace $place -Interval 15s", place);
        var taken = await OneAsync(byHelm + " -AdditionalLabel @{ team = '1' }", place);
        Assert.Equal((ResourceAction.Configured, "30s"), (taken.Action, taken.Interval));
        Assert.Equal(native.ToJsonString(), Content(await MonitorAsync(place)).ToJsonString());

        Assert.Equal("2m", (await OneAsync(byHelm + " -Interval 2m", place)).Interval);
        Assert.Equal(ResourceAction.Unchanged, (await OneAsync("Enable-MilvusServiceMonitor my-release -Namespace $place", place)).Action);
        Assert.Equal(ResourceAction.Unchanged, (await OneAsync(byHelm, place)).Action);
        await OneAsync("Disable-MilvusServiceMonitor my-release -Namespace $place", place);
        Assert.Equal(
            (ResourceAction.Created, "2m"),
            (await OneAsync(byHelm, place)) is var again ? (again.Action, again.Interval) : default);
        await HelmAsync(place, "upgrade", Release, RealHelm.Chart, "--reuse-values", "--set", "metrics.serviceMonitor.enabled=false");
        await AssertNotFoundAsync(() => MonitorAsync(place));
    }

    public async ValueTask DisposeAsync()
    {
        if (_stage is not null)
        {
            foreach (var place in _places)
            {
                await _stage.Objects.EndAsync("v1", "Namespace", null, place);
            }

            await _stage.DisposeAsync();
        }

        _client?.Dispose();
    }

    private static async Task AssertNotFoundAsync(Func<Task> read) =>
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<HttpOperationException>(read)).Response.StatusCode);

    /// <summary>The fields that a manager has applied, sorted.</summary>
    private static IEnumerable<string> FieldsOf(JsonObject monitor, string manager)
    {
        var entry = Assert.Single(monitor["metadata"]!["managedFields"]!.AsArray(), entry => (string?)entry!["manager"] == manager);
        return Paths(entry!["fieldsV1"]!.AsObject(), "").Order(StringComparer.Ordinal);

        static IEnumerable<string> Paths(JsonObject fields, string parent) =>
            fields.SelectMany(field => Paths(field.Value!.AsObject(), $"{parent}/{field.Key}").Prepend($"{parent}/{field.Key}"));
    }

    /// <summary>The monitor but for what a new owner of the same fields changes; its uid, generation and all it says stay.</summary>
    private static JsonObject WithoutBookkeeping(JsonObject monitor)
    {
        var copy = monitor.DeepClone().AsObject();
        var metadata = copy["metadata"]!.AsObject();
        metadata.Remove("managedFields");
        metadata.Remove("resourceVersion");
        return copy;
    }

    /// <summary>What of a monitor its maker has given.</summary>
    private static JsonObject Content(JsonObject monitor) => new()
    {
        ["labels"] = Sorted(monitor["metadata"]!["labels"]!.AsObject()),
        ["annotations"] = Sorted(monitor["metadata"]!["annotations"]!.AsObject()),
        ["spec"] = Sorted(monitor["spec"]!.AsObject()),
    };

    private static JsonObject Sorted(JsonObject members) =>
        new(
            members
                .OrderBy(member => member.Key, StringComparer.Ordinal)
                .Select(member =>
                    KeyValuePair.Create(member.Key, member.Value is JsonObject inner ? Sorted(inner) : member.Value?.DeepClone())));

    private async Task<JsonObject> MonitorAsync(string place) =>
        JsonSerializer
            .SerializeToNode(
                await _client!.CustomObjects.GetNamespacedCustomObjectAsync(
                    "monitoring.coreos.com",
                    "v1",
                    place,
                    "servicemonitors",
                    Name,
                    Cancelled)
            )!
            .AsObject();

    private Task<object> CreateSliceAsync(string place, string service, string port, params bool[] ready)
    {
        var slice = new V1EndpointSlice
        {
            ApiVersion = "discovery.k8s.io/v1beta1",
            Kind = "EndpointSlice",
            Metadata = new V1ObjectMeta
            {
                GenerateName = service + "-",
                Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = service },
            },
            AddressType = "IPv4",
            Endpoints =
            [
                .. ready.Select(
                    (isReady, index) =>
                        new V1Endpoint
                        {
                            Addresses = [$"10.1.0.{index + 1}"],
                            Conditions = new V1EndpointConditions { Ready = isReady },
                        }),
            ],
            Ports =
            [
                new Discoveryv1EndpointPort
                {
                    Name = port,
                    Port = 9091,
                    Protocol = "TCP",
                },
            ],
        };
        return _client!.CustomObjects.CreateNamespacedCustomObjectAsync(
            slice,
            "discovery.k8s.io",
            "v1beta1",
            place,
            "endpointslices",
            cancellationToken: Cancelled);
    }

    private Task<string> HelmAsync(string place, params string[] arguments)
    {
        _places.Add(place);
        return _helm!.RunAsync(_stage!.Kubeconfig, _stage.Folder, place, arguments);
    }

    private async Task<MilvusServiceMonitor> OneAsync(string command, string place) =>
        Assert.Single((await RunAsync(command, place)).OutputOf<MilvusServiceMonitor>());

    private async Task<PowerShellResult> RunAsync(string command, string place) =>
        (
            await _stage!.Session.InvokeAsync(
                $"param($c, $place) $PSDefaultParameterValues = @{{ '*-Milvus*:Kubeconfig' = $c }}; {command}",
                new { c = _stage.Kubeconfig, place })).EnsureNoError();
}
