using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// What the pods of Milvus answer to scrapes: a few of the real metrics, in the text format of Prometheus, each pod on a port of its own.
/// </summary>
public sealed class MilvusMetrics : IAsyncDisposable
{
    private readonly Dictionary<string, LoopbackServer> _servers = [];
    private readonly SemaphoreSlim _gate = new(1);
    private long _requests;

    /// <summary>The status of every answer.</summary>
    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    /// <summary>How long every answer takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>How old the samples claim to be; null for samples without a time of their own, as Milvus's are.</summary>
    public TimeSpan? Age { get; set; }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }

        _gate.Dispose();
    }

    /// <summary>Where a pod answers.</summary>
    internal async Task<Uri> AddressOfAsync(string pod, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_servers.TryGetValue(pod, out var server))
            {
                _servers[pod] = server = await LoopbackServer.StartAsync(AnswerAsync, cancellationToken).ConfigureAwait(false);
            }

            return server.Address;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        await Task.Delay(Delay, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCode;
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(Text(), context.RequestAborted).ConfigureAwait(false);
    }

    private string Text()
    {
        using var process = Process.GetCurrentProcess();
        var time = Age is { } age ? $" {DateTimeOffset.UtcNow.Subtract(age).ToUnixTimeMilliseconds()}" : "";
        var text = new StringBuilder();
        Add("go_info", "gauge", "Information about the Go environment.", """{version="go1.24.9"}""", 1);
        Add("go_goroutines", "gauge", "Number of goroutines that currently exist.", "", process.Threads.Count);
        Add("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", "", process.WorkingSet64);
        Add(
            "process_cpu_seconds_total",
            "counter",
            "Total user and system CPU time spent in seconds.",
            "",
            process.TotalProcessorTime.TotalSeconds);
        Add("milvus_rootcoord_proxy_num", "gauge", "number of proxies managed by rootcoord", "", 1);
        Add("milvus_querycoord_querynode_num", "gauge", "number of QueryNodes managed by QueryCoord", """{node_id="1"}""", 1);
        Add(
            "milvus_proxy_req_count",
            "counter",
            "count of operation executed",
            """{node_id="1",function_name="Search",status="success"}""",
            Interlocked.Increment(ref _requests));
        return text.ToString();

        void Add(string name, string type, string help, string labels, double value) =>
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name}{labels} {value}{time}\n");
    }
}
