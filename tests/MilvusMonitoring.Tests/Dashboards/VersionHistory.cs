using System.Globalization;
using MilvusMonitoring.Tests.Metrics;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>
/// A few minutes of everything that pods of several versions of Milvus, the kubelet and kube-state-metrics show, as samples with times.
/// Each version is an instance of its own name; one more is scraped twice, as by two monitors.
/// </summary>
internal sealed class VersionHistory(TextWriter writer)
{
    public const string Namespace = "milvus";
    public const string ScrapedTwice = "twice";
    public const string VersionScrapedTwice = "2.6.21";

    private const int Samples = 8;
    private const int Step = 30;

    private static readonly string[] Statuses = ["total", "success", "fail"];
    private static readonly string[] RenamedFailures = ["fail_input", "fail_system"];

    private static readonly string[] Gauges =
    [
        "process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_start_time_seconds", "go_goroutines",
        "go_memstats_heap_inuse_bytes", "go_gc_duration_seconds{quantile=\"1\"}", "scrape_samples_scraped", "scrape_duration_seconds", "up",
    ];

    private static readonly string[] OfContainers =
    [
        "container_memory_working_set_bytes", "container_cpu_usage_seconds_total", "container_cpu_cfs_periods_total",
        "container_cpu_cfs_throttled_periods_total", "kube_pod_container_status_restarts_total",
        "kube_pod_container_resource_limits{resource=\"memory\"}", "kube_pod_container_resource_limits{resource=\"cpu\"}",
    ];

    private static readonly string[] OfPods =
    [
        "container_network_receive_bytes_total{interface=\"eth0\"}", "container_network_transmit_bytes_total{interface=\"eth0\"}",
        "kube_pod_status_ready{condition=\"false\"}",
    ];

    /// <summary>The time of the last sample.</summary>
    public static DateTimeOffset End { get; } = new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero);

    public static string InstanceOf(string version) => $"v{version.Replace('.', '-')}";

    public void Write(IEnumerable<string> versions)
    {
        foreach (var version in versions)
        {
            Write(InstanceOf(version), version, "a");
        }

        Write(ScrapedTwice, VersionScrapedTwice, "a");
        Write(ScrapedTwice, VersionScrapedTwice, "b");
        writer.Write("# EOF\n");
    }

    private void Write(string instance, string version, string job)
    {
        var pod = $"namespace=\"{Namespace}\",pod=\"{instance}-milvus-standalone-0\"";
        var target = $"app_kubernetes_io_instance=\"{instance}\",{pod},instance=\"10.0.0.1:9091\",job=\"{job}\",service=\"{job}\"";
        var isRenamed = version == "2.6.20";
        var labels = new Dictionary<string, string[]>
        {
            ["status"] = isRenamed ? [.. Statuses, .. RenamedFailures] : Statuses,
            ["cache_state"] = ["hit", "miss"],
        };
        var series = VersionMetrics.Write(version, labels)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#') && (!isRenamed || HasItsStatus(line)))
            .Select(line => line[..line.LastIndexOf(' ')]);
        WriteAll(series.Concat(Gauges).Append("process_cpu_seconds_total"), target);
        if (job == "a")
        {
            WriteAll(OfContainers, $"{pod},container=\"milvus\"");
            WriteAll(OfPods, pod);
            WriteAll(
                ["kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"],
                $"namespace=\"{Namespace}\",persistentvolumeclaim=\"{instance}\"");
            WriteAll(["ALERTS{alertname=\"MilvusRequestsFail\",alertstate=\"firing\",severity=\"warning\"}"], target);
        }
    }

    /// <summary>Whether one of the versions that write other words for failures of requests writes the status of a series.</summary>
    private static bool HasItsStatus(string series) => series.StartsWith("milvus_proxy_req_count{", StringComparison.Ordinal)
        ? !series.Contains("status=\"fail\"", StringComparison.Ordinal)
        : !series.Contains("status=\"fail_", StringComparison.Ordinal);

    /// <summary>Every value grows, so that rates and quantiles have results.</summary>
    private void WriteAll(IEnumerable<string> series, string labels)
    {
        foreach (var one in series)
        {
            var parts = one.TrimEnd('}').Split('{');
            var own = parts is [_, { Length: > 0 } matchers] ? matchers.TrimEnd(',') + "," : string.Empty;
            for (var sample = 1; sample <= Samples; sample++)
            {
                var time = End.ToUnixTimeSeconds() - ((Samples - sample) * Step);
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{parts[0]}{{{own}{labels}}} {sample} {time}\n"));
            }
        }
    }
}
