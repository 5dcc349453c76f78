using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Controllers;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// What a cluster would run: real Prometheus servers for the replicas of <c>Prometheus/monitoring/k8s</c>, configured as the operator would
/// from what is stored, Milvus pods that answer scrapes, and a Grafana.
/// They listen on 127.0.0.1 and answer behind the ports of their pods.
/// </summary>
public sealed class MonitoredCluster : IAsyncDisposable
{
    private const string Namespace = "monitoring";
    private const string Name = "k8s";
    private const int PrometheusPort = 9090;
    private const int GrafanaPort = 3000;
    private const int Pods = 2;

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<int> _frozen = [];
    private readonly Cluster _cluster;
    private readonly List<RealPrometheus> _replicas = [];
    private Task _following = Task.CompletedTask;

    private MonitoredCluster(Cluster cluster) => _cluster = cluster;

    /// <summary>Why it cannot be had on this machine; null where it can.</summary>
    public static string? Missing => RealPrometheus.Program is null ? "prometheus is not on PATH." : null;

    /// <summary>The replicas' own addresses.</summary>
    public IReadOnlyList<Uri> Prometheus => [.. _replicas.Select(each => each.Address)];

    public MilvusMetrics Milvus { get; } = new();

    public GrafanaStandIn Grafana { get; private set; } = null!;

    /// <summary>What every replica sends its alerts to.</summary>
    public MonitoredAlertmanager Alertmanager { get; private set; } = null!;

    /// <summary>
    /// Starts it all beside a cluster; one server answers for both pods, or each has its own. With none there are Milvus and Grafana only.
    /// </summary>
    public static async Task<MonitoredCluster> StartAsync(Cluster cluster, int servers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var monitored = new MonitoredCluster(cluster);
        try
        {
            monitored.Alertmanager = await MonitoredAlertmanager.StartAsync(cluster, real: false, cancellationToken).ConfigureAwait(false);
            var files = await monitored.FilesAsync(cancellationToken).ConfigureAwait(false);
            monitored._replicas.AddRange(
                await Task.WhenAll(Enumerable.Range(0, servers).Select(_ => RealPrometheus.StartAsync(files, cancellationToken)))
                    .ConfigureAwait(false));
            monitored.Grafana = await GrafanaStandIn
                .StartAsync(servers > 0 ? monitored.Prometheus[0] : null, cancellationToken).ConfigureAwait(false);
            monitored.Grafana.Files = monitored.ListDashboardFiles;
            monitored.Serve();
            monitored._following = monitored.FollowAsync(files);
            return monitored;
        }
        catch
        {
            await monitored.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What program it is, in words; null without any.</summary>
    public async Task<string?> DescribeAsync(CancellationToken cancellationToken) =>
        _replicas.Count == 0
            ? null
            : $"{RealPrometheus.Program} {await _replicas[0].VersionAsync(cancellationToken).ConfigureAwait(false)}";

    /// <summary>A replica that takes no configuration any more, as if its reloader had died.</summary>
    public void Freeze(int replica)
    {
        lock (_frozen)
        {
            _frozen.Add(replica);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Grafana is not null)
        {
            await Grafana.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync().ConfigureAwait(false);
        }

        if (Alertmanager is not null)
        {
            await Alertmanager.DisposeAsync().ConfigureAwait(false);
        }

        await Milvus.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Serve()
    {
        for (var pod = 0; pod < (_replicas.Count > 0 ? Pods : 0); pod++)
        {
            _cluster.Backends.ServePod(Namespace, $"prometheus-{Name}-{pod}", PrometheusPort, _replicas[pod % _replicas.Count].Endpoint);
        }

        _cluster.Backends.Serve(
            Namespace,
            "app.kubernetes.io/name=grafana",
            GrafanaPort,
            new IPEndPoint(IPAddress.Loopback, Grafana.Address.Port));
    }

    /// <summary>The keys of the ConfigMaps that Grafana mounts, as files.</summary>
    private Dictionary<string, string> ListDashboardFiles()
    {
        var spec = _cluster.Find("apps/v1", "Deployment", Namespace, "grafana")?["spec"]?["template"]?["spec"];
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var mount in spec?["containers"]?[0]?["volumeMounts"]?.AsArray() ?? [])
        {
            var volume = spec!["volumes"]!.AsArray().FirstOrDefault(volume => (string?)volume!["name"] == (string?)mount!["name"]);
            if ((string?)volume?["configMap"]?["name"] is { } name
                && _cluster.Find("v1", "ConfigMap", Namespace, name)?["data"] is JsonObject data)
            {
                foreach (var (key, value) in data)
                {
                    files[$"{Path.GetFileName((string?)mount!["mountPath"])}/{key}"] = (string)value!;
                }
            }
        }

        return files;
    }

    private async Task FollowAsync(PrometheusFiles files)
    {
        while (true)
        {
            var seen = _cluster.Revision;
            var wanted = await FilesAsync(_stop.Token).ConfigureAwait(false);
            if (!wanted.IsSameAs(files) && IsOperated())
            {
                files = wanted;
                await Task.WhenAll(
                        _replicas.Where((_, index) => !IsFrozen(index)).Select(each => each.LoadAsync(files, _stop.Token)))
                    .ConfigureAwait(false);
            }

            await _cluster.ChangedAsync(seen, _stop.Token).ConfigureAwait(false);
        }
    }

    private bool IsFrozen(int replica)
    {
        lock (_frozen)
        {
            return _frozen.Contains(replica);
        }
    }

    /// <summary>Nothing becomes configuration while the operator does not run.</summary>
    private bool IsOperated() =>
        (int?)_cluster.Find("apps/v1", "Deployment", Namespace, "prometheus-operator")?["status"]?["availableReplicas"] > 0;

    private async Task<PrometheusFiles> FilesAsync(CancellationToken cancellationToken)
    {
        var rules = _cluster.Find("v1", "ConfigMap", Namespace, RuleFiles.NameOf(Name))?["data"] as JsonObject ?? [];
        return new(
            await ConfigurationAsync(cancellationToken).ConfigureAwait(false),
            rules.ToDictionary(rule => rule.Key, rule => (string)rule.Value!, StringComparer.Ordinal));
    }

    private async Task<string> ConfigurationAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder("global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\nrule_files: [rules/*.yaml]\n")
            .Append($"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{Alertmanager.Address.Authority}']}}]}}]}}\n")
            .Append("scrape_configs:\n");
        foreach (var job in new ScrapeJobs(_cluster).For(Namespace, Name))
        {
            text.Append($"- job_name: {job.Name}\n");
            foreach (var (key, value) in job.Settings)
            {
                text.Append($"  {key}: {value}\n");
            }

            text.Append("  static_configs:\n");
            foreach (var target in job.Targets)
            {
                var address = await Milvus.AddressOfAsync(target.Pod, cancellationToken).ConfigureAwait(false);
                text.Append(
                    $"  - targets: [\"{address.Authority}\"]\n    labels: "
                        + $"{{{string.Join(", ", target.Labels.Select(label => $"{label.Key}: \"{label.Value}\""))}}}\n"
                );
            }

            text.Append("  relabel_configs:\n");
            foreach (var step in job.Relabelling)
            {
                text.Append($"  - {step}\n");
            }
        }

        return text.ToString();
    }
}
