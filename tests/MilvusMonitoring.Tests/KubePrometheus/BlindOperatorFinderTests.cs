using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Tests.KubePrometheus;

/// <summary>A blind operator told from a slow one, on a cluster whose objects stand still.</summary>
public sealed class BlindOperatorFinderTests : IAsyncLifetime
{
    private const string Definition = "prometheuses.monitoring.coreos.com";
    private static readonly ResourceId Id = new("apps", "Deployment", "default", "prometheus-operator");
    private static readonly ResourceType Deployments = new("apps", "v1", "deployments", "Deployment", true);

    private readonly TemporaryFolder _folder = new();
    private readonly SetTime _time = new();
    private Cluster _cluster = null!;
    private ClusterConnection _connection = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync(new() { Controllers = false }, Token);
        _connection = ClusterConnection.Open(
            new ClusterTarget(_folder.Write("kubeconfig", _cluster.CreateKubeconfig()), null),
            new RecordingSink());
        _cluster.Put(EmbeddedCluster.Sample.Definition("prometheuses", "Prometheus", "monitoring.coreos.com"));
        await _cluster.WaitForAsync(_ => Established() is not null, Token);
        _cluster.Put(EmbeddedCluster.Sample.Deployment(Id.Name));
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(-60, -59, true)]
    [InlineData(0, 5, false)]
    [InlineData(0, 60, true)]
    [InlineData(1, 60, true)]
    [InlineData(60, 3600, false)]
    public async Task The_start_of_its_container_decides_not_that_of_the_proxy_beside_it(int seconds, int now, bool isBlind)
    {
        PutPod("one", seconds);
        _time.Now = Established()!.Value.AddSeconds(now);

        var blind = await LookAsync();

        Assert.Equal(isBlind ? ("one", Definition) : (null, null), (blind?.Pod, blind?.Crd));
    }

    [Fact]
    public async Task Of_two_pods_the_younger_decides_and_one_that_is_ending_does_not_count()
    {
        PutPod("old", -60);
        PutPod("young", 60);
        Assert.Null(await LookAsync());

        PutPod("young", 60, isEnding: true);
        Assert.Equal("old", (await LookAsync())?.Pod);
    }

    [Fact]
    public async Task An_operator_that_does_not_run_and_one_that_has_touched_its_resources_are_not_blind()
    {
        Assert.Null(await LookAsync());
        PutPod("one", -60);
        Assert.Null(await new BlindOperatorFinder(new ClusterClient(_connection), 8).FindAsync(Id, Deployments, [], Token));
    }

    private Task<BlindOperator?> LookAsync() =>
        new BlindOperatorFinder(new ClusterClient(_connection), 8, _time)
            .FindAsync(Id, Deployments, [ResourceType.Prometheus], Token);

    private DateTimeOffset? Established() =>
        _cluster
            .Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, Definition)
            ?["status"]?["conditions"]?.AsArray()
            .Where(condition => (string?)condition!["type"] == "Established" && (string?)condition["status"] == "True")
            .Select(condition => (DateTimeOffset?)condition!["lastTransitionTime"]!.GetValue<DateTimeOffset>())
            .FirstOrDefault();

    /// <param name="name">The pod's name.</param>
    /// <param name="seconds">When its operator started, after the definition was established; the proxy started an hour from then.</param>
    /// <param name="isEnding">Whether it is being deleted.</param>
    private void PutPod(string name, int seconds, bool isEnding = false)
    {
        var pod = JsonNode
            .Parse(
                $$"""
                {
                  "apiVersion": "v1", "kind": "Pod",
                  "metadata": { "name": "{{name}}", "namespace": "default", "labels": { "app": "{{Id.Name}}" }, "finalizers": ["example.com/hold"] },
                  "spec": { "containers": [{ "name": "proxy", "image": "i" }, { "name": "operator", "image": "i", "args": ["--prometheus-config-reloader=i"] }] },
                  "status": { "containerStatuses": [{{Status("proxy", seconds + 3600)}}, {{Status("operator", seconds)}}] }
                }
                """
            )!
            .AsObject();
        _cluster.Put(pod);
        if (isEnding)
        {
            _cluster.Remove("v1", "Pod", "default", name);
        }
    }

    private string Status(string container, int seconds) =>
        new JsonObject
        {
            ["name"] = container,
            ["state"] = new JsonObject
            {
                ["running"] = new JsonObject
                {
                    ["startedAt"] = Established()!
                        .Value.AddSeconds(seconds)
                        .ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
                },
            },
        }.ToJsonString();

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
