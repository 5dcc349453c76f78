using System.Collections.Concurrent;
using System.Diagnostics;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>Runs checks and remembers their findings, so that a later pass runs only the checks whose findings may have changed.</summary>
internal sealed class CheckRun : IDisposable
{
    private readonly ConcurrentDictionary<(CheckContext Context, string Id), (Finding? Finding, TimeSpan Took)> _findings = [];
    private readonly ClusterClient _client;
    private readonly IActivitySink _sink;
    private readonly TestRequest _request;
    private readonly PrometheusReplicas _replicas;
    private readonly Dictionary<string, ICheck> _checks;

    private (MonitoringCheck Obstacle, Deadline Until)? _waiting;

    public CheckRun(ClusterClient client, IActivitySink sink, TestRequest request)
    {
        (_client, _sink, _request) = (client, sink, request);
        _replicas = new PrometheusReplicas(client, request.PrometheusUris, request.PrometheusAccess);
        _checks = CheckTable.Rows.ToDictionary(row => row.Id, row => row.Create(), StringComparer.Ordinal);
        Cluster = new CheckContext(client, sink, request);
    }

    /// <summary>The ids of all checks.</summary>
    public static IReadOnlySet<string> All { get; } = CheckTable.Ids.ToHashSet(StringComparer.Ordinal);

    /// <summary>The context of the cluster.</summary>
    public CheckContext Cluster { get; private set; }

    /// <summary>The context of each Milvus.</summary>
    public IReadOnlyList<CheckContext> Instances { get; private set; } = [];

    /// <inheritdoc />
    public void Dispose() => _replicas.Dispose();

    /// <summary>Has the progress bar name the first obstacle and the time that is left.</summary>
    public void ShowWaiting(IReadOnlyList<MonitoringCheck> checks, Deadline deadline)
    {
        _waiting = Proof.FindObstacle(checks) is { } obstacle ? (obstacle, deadline) : null;
        ShowProgress(string.Empty, 0, 1);
    }

    /// <summary>Runs some checks, and evaluates all by the new findings and by the earlier findings of the others.</summary>
    /// <param name="ids">The checks to run, with all checks that they affect: see <see cref="CheckTable.ListAffected"/>.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    /// <returns>The checks of the cluster, those of each Milvus, and Grafana.</returns>
    public async Task<IReadOnlyList<MonitoringCheck>> RunAsync(IReadOnlySet<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Contains(CheckId.ApiServer))
        {
            Cluster = new CheckContext(_client, _sink, _request);
            _findings.Clear();
        }

        Cluster.Clear(ids, null);
        Cluster.Reads = new PassReads(_client, _sink, _replicas, cancellationToken);
        var pass = new Pass(ids, new ServerLoss());
        var graph = new CheckGraph();
        var results = new List<MonitoringCheck>();
        foreach (var row in CheckTable.Rows.TakeWhile(row => row.Scope == CheckScope.Cluster))
        {
            results.Add(await RunAsync(row.Id, Cluster, graph, pass, cancellationToken).ConfigureAwait(false));
            pass.IsReached = results[0].Status != CheckStatus.Failed;
        }

        if (ids.Contains(CheckId.Instance))
        {
            var responds = pass.IsReached is true && pass.Server.LostAt is null;
            Instances = await ListInstancesAsync(responds, cancellationToken).ConfigureAwait(false);
        }

        results.AddRange(await RunForInstancesAsync(graph, pass, cancellationToken).ConfigureAwait(false));
        foreach (var row in CheckTable.Rows.Reverse().TakeWhile(row => row.Scope == CheckScope.Cluster).Reverse())
        {
            results.Add(await RunAsync(row.Id, Cluster, graph, pass, cancellationToken).ConfigureAwait(false));
        }

        return results;
    }

    /// <summary>
    /// Runs check by check, each for several Milvus at once, so that what a check asks Prometheus about many Milvus is one question.
    /// </summary>
    /// <returns>The checks of each Milvus, Milvus by Milvus.</returns>
    private async Task<IEnumerable<MonitoringCheck>> RunForInstancesAsync(CheckGraph graph, Pass pass, CancellationToken cancellationToken)
    {
        Cluster.Reads.Instances = Instances.Count;
        var tested = Instances
            .Select(context => (Context: context, Graph: new CheckGraph(graph), Results: new List<MonitoringCheck>()))
            .ToList();
        foreach (var context in Instances)
        {
            context.Clear(pass.Ids, Cluster);
            context.Reads = Cluster.Reads;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = Workloads.ThrottleLimit, CancellationToken = cancellationToken };
        foreach (var row in CheckTable.Rows.Where(row => row.Scope == CheckScope.Instance))
        {
            if (_checks[row.Id] is IBatchedCheck batched && Instances.Count > 1 && pass.Ids.Contains(row.Id) && !pass.IsFutile)
            {
                await AskAsync(batched, cancellationToken).ConfigureAwait(false);
            }

            await Parallel
                .ForEachAsync(
                    tested,
                    options,
                    async (item, token) =>
                    {
                        var result = await RunAsync(row.Id, item.Context, item.Graph, pass, token).ConfigureAwait(false);
                        item.Results.Add(result);
                    })
                .ConfigureAwait(false);
        }

        return tested.SelectMany(item => item.Results.Select(result => result with
        {
            Instance = item.Context.InstanceName,
            Namespace = item.Context.InstanceNamespace,
        }));
    }

    /// <summary>Asks for all Milvus at once. Where that fails, each check asks for its own, and reports the failure.</summary>
    private async Task AskAsync(IBatchedCheck check, CancellationToken cancellationToken)
    {
        try
        {
            await check.AskAsync(Instances, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            _sink.Verbose(exception.Message);
        }
    }

    private async Task<MonitoringCheck> RunAsync(
        string id,
        CheckContext context,
        CheckGraph graph,
        Pass pass,
        CancellationToken cancellationToken)
    {
        var (observed, took) = pass.Ids.Contains(id)
            ? await ObserveAsync(id, context, pass, cancellationToken).ConfigureAwait(false)
            : _findings.GetValueOrDefault((context, id));
        var target = _checks[id].DescribeTarget(context);
        var (finding, cause) = graph.Evaluate(id, target, observed, observed is null ? pass.Server.LostAt : null);
        return new MonitoringCheck
        {
            Check = id,
            Status = finding.Status,
            Target = finding.Target,
            Detail = finding.Detail,
            Remedy = finding.Status is CheckStatus.Passed or CheckStatus.Skipped ? null : finding.Remedy,
            CausedBy = cause,
            ErrorId = finding.ErrorId,
            NeedsPerson = finding.NeedsPerson,
            Duration = took,
            Context = _client.Connection.Context,
            Kubeconfig = _client.Connection.Kubeconfig,
        };
    }

    private async Task<(Finding? Finding, TimeSpan Took)> ObserveAsync(
        string id,
        CheckContext context,
        Pass pass,
        CancellationToken cancellationToken)
    {
        ShowProgress($"{id} {context.InstanceName}", pass.CountRun(), CheckTable.CountFor(Math.Max(1, Instances.Count)));
        var clock = Stopwatch.StartNew();
        var finding = pass.IsFutile ? null : await ObserveAsync(_checks[id], context, cancellationToken).ConfigureAwait(false);
        pass.Server.Record(id, finding is { IsOfOtherServer: true } ? null : finding?.ErrorId);
        return _findings[(context, id)] = (finding, clock.Elapsed);
    }

    /// <summary>Runs a check. A missing permission or an unreadable response makes the check unknown, and the others go on.</summary>
    private static async Task<Finding?> ObserveAsync(ICheck check, CheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await check.RunAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            return Finding.FromError(CheckStatus.Unknown, check.DescribeTarget(context), exception);
        }
    }

    private void ShowProgress(string check, int done, int all)
    {
        var status = check;
        var percent = Math.Min(100, done * 100 / all);
        if (_waiting is var (obstacle, until))
        {
            status = $"Waiting for {obstacle.Check} of {obstacle.Target}: {obstacle.Detail}; {DisplayText.Age(until.Left)} left";
            percent = 100 - (int)(until.Left * 100 / until.Limit);
        }

        _sink.Progress("Testing the monitoring of Milvus", status, percent);
    }

    private async Task<IReadOnlyList<CheckContext>> ListInstancesAsync(bool serverResponds, CancellationToken cancellationToken)
    {
        if (!serverResponds)
        {
            return [Cluster.CreateForInstance(null, null)];
        }

        try
        {
            var found = await ListRequestedAsync(new InstanceFinder(_client, _sink), cancellationToken).ConfigureAwait(false);
            if (found.Count > 0)
            {
                return [.. found.Select(instance => Cluster.CreateForInstance(instance, null))];
            }

            var place = _request.Namespace is { } namespaceName ? $"namespace {namespaceName}" : _client.Connection.Context;
            return
            [
                Cluster.CreateForInstance(null, new MonitoringException(ErrorId.InstanceNotFound, $"There is no Milvus in {place}")),
            ];
        }
        catch (MonitoringException exception)
        {
            return [Cluster.CreateForInstance(null, exception)];
        }
    }

    private async Task<IReadOnlyList<FoundInstance>> ListRequestedAsync(InstanceFinder finder, CancellationToken cancellationToken)
    {
        if (_request.Name is not { } name)
        {
            return await finder.ListAsync(_request.Namespace, _ => true, cancellationToken).ConfigureAwait(false);
        }

        // A monitor may lie beside Prometheus. Most lie beside their Milvus, whose name other namespaces may have as well.
        if (_request is { Namespace: null, Monitor.Namespace: { } beside }
            && await finder
                .ListAsync(beside, candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase), cancellationToken)
                .ConfigureAwait(false) is [var own])
        {
            return [own];
        }

        return [await finder.GetAsync(name, _request.Namespace, cancellationToken).ConfigureAwait(false)];
    }

    /// <summary>One pass over the table.</summary>
    /// <param name="Ids">The checks that run again.</param>
    /// <param name="Server">Whether the API server was lost during the pass.</param>
    private sealed record Pass(IReadOnlySet<string> Ids, ServerLoss Server)
    {
        private int _run;

        /// <summary>Whether the API server answered at first; null before it was asked.</summary>
        public bool? IsReached { get; set; }

        /// <summary>Whether no more answers of the API server are to be expected.</summary>
        public bool IsFutile => IsReached is false || Server.LostAt is not null;

        /// <summary>Counts a check, and says how many ran before.</summary>
        public int CountRun() => Interlocked.Increment(ref _run) - 1;
    }
}

/// <summary>
/// Whether the API server was lost during a pass. Each request retries while a server may come back: to retry in one check after the other
/// would take minutes.
/// </summary>
internal sealed class ServerLoss
{
    // A single failure may concern only what that check asks for.
    private const int MostFailures = 2;

    private readonly object _gate = new();
    private int _failures;
    private volatile string? _lostAt;

    /// <summary>The check at which the API server was lost; null while it responds.</summary>
    public string? LostAt => _lostAt;

    /// <summary>Records the error of a check.</summary>
    /// <param name="check">The check.</param>
    /// <param name="errorId">The id of its error; null for none.</param>
    public void Record(string check, string? errorId)
    {
        lock (_gate)
        {
            if (ClusterFailure.AffectsEveryRequest(errorId) || (ClusterFailure.IsServerFault(errorId) && ++_failures == MostFailures))
            {
                _lostAt ??= check;
            }
        }
    }
}
