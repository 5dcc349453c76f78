using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>Prometheus is reconciled, and its pods are ready.</summary>
internal sealed class PrometheusCheck : ICheck
{
    private const string UsualName = "k8s";

    public string DescribeTarget(CheckContext context)
    {
        var choice = context.Request.Prometheus;
        var place = choice.Namespace ?? context.Stack?.Namespace ?? PrometheusChoice.UsualNamespace;
        return $"Prometheus/{place}/{choice.Name ?? UsualName}";
    }

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        context.Servers ??= await ListServersAsync(context, cancellationToken).ConfigureAwait(false);
        if (context.Servers.Count == 0 && context.Request.PrometheusUris.Count > 0 && context.Request.Prometheus.Name is null)
        {
            return Finding.Skipped(DescribeTarget(context), "there is no Prometheus resource; the server at the given address is asked");
        }

        if (context.Servers.Count == 0)
        {
            var others = await ListOthersAsync(context, cancellationToken).ConfigureAwait(false);
            if (others.Count == 0
                && context.Stack is null
                && await context.ListReadersAsync(cancellationToken).ConfigureAwait(false) is { Count: > 0 } readers)
            {
                return PrometheusRule.DescribeOtherReaders(DescribeTarget(context), readers);
            }

            var install = context.Stack is { } stack
                ? context.Remedies.Install(stack)
                : Remedies.DescribeManual("Create a Prometheus resource with the tool that installed the operator.");
            return PrometheusRule.DescribeMissing(DescribeTarget(context), context.Request.Prometheus.Name, others, install);
        }

        context.Prometheus = context.Servers[0];
        var ids = context.Servers.Select(server => ResourceType.Prometheus.IdOf(server.Namespace, server.Name)).ToList();
        var board = await ReadinessSnapshot
            .ReadAsync(context.Client, ids.Select(id => (id, ResourceType.Prometheus)), Workloads.ThrottleLimit, cancellationToken)
            .ConfigureAwait(false);
        if (ids.FirstOrDefault(board.IsUntouched) is { } untouched
            && await FindBlindOperatorAsync(context, cancellationToken).ConfigureAwait(false) is { } blind)
        {
            var restart = context.Owns(blind.Operator) ? context.Remedies.Install(context.Stack!) : null;
            return PrometheusRule.DescribeBlindOperator(untouched, blind, restart);
        }

        return PrometheusRule.Evaluate(
            [.. ids.Select((id, index) => (id, GetState(board.GetState(id), context.Servers[index])))],
            id => WriteRestoreCommand(context, id, context.Servers[ids.IndexOf(id)]));
    }

    /// <summary>A Prometheus of no replicas is available to its operator.</summary>
    private static ReadyState GetState(ReadyState state, PrometheusServer server) =>
        IsScaledToNothing(server) ? ReadyState.NotYet("is scaled to 0 replicas") : state;

    /// <summary>Whoever scaled it owns the number of replicas.</summary>
    private static string WriteRestoreCommand(CheckContext context, ResourceId id, PrometheusServer server) =>
        context.WriteRestoreCommand(id, server.Json, force: IsScaledToNothing(server));

    private static bool IsScaledToNothing(PrometheusServer server) => server.Json.Member("spec").Number("replicas") == 0;

    /// <summary>
    /// Lists the Prometheus resources that match the request, the stack's own first: others may select the same monitors for purposes of
    /// their own.
    /// </summary>
    public static async Task<IReadOnlyList<PrometheusServer>> ListServersAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var finder = new PrometheusFinder(context.Client);
        var servers = await finder.ListAsync(context.Request.Prometheus, cancellationToken).ConfigureAwait(false);
        var usual = context.Stack?.Namespace ?? PrometheusChoice.UsualNamespace;
        return [.. servers.OrderByDescending(server => server.Namespace == usual)];
    }

    private static async Task<BlindOperator?> FindBlindOperatorAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Operator is not { } id)
        {
            return null;
        }

        var finder = new BlindOperatorFinder(context.Client, Workloads.ThrottleLimit);
        return await finder
            .FindAsync(id, Workloads.Deployment, [ResourceType.Prometheus], cancellationToken)
            .IfPermittedAsync(context.Sink)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Lists the Prometheus resources that do not match the request. A stack that has lost its own Prometheus is repaired, so that the
    /// others do not matter then.
    /// </summary>
    private static async Task<IReadOnlyList<string>> ListOthersAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var choice = context.Request.Prometheus;
        if (choice.Name is null && (choice.Namespace is null || context.Stack is not null))
        {
            return [];
        }

        var others = await new PrometheusFinder(context.Client)
            .ListAsync(new PrometheusChoice(null, null), cancellationToken)
            .ListIfPermittedAsync(context.Sink)
            .ConfigureAwait(false);
        return [.. others.Select(server => server.ToString())];
    }
}

/// <summary>Whether the Prometheus resources are reconciled, and their pods ready.</summary>
internal static class PrometheusRule
{
    /// <param name="states">Each resource and its state.</param>
    /// <param name="restore">Writes what restores a resource.</param>
    public static Finding Evaluate(IReadOnlyList<(ResourceId Id, ReadyState State)> states, Func<ResourceId, string> restore)
    {
        var waiting = states.Where(item => !item.State.IsReady).ToList();
        if (waiting.Count == 0)
        {
            return Finding.Passed(
                states[0].Id.ToString(),
                states.Count == 1 ? "reconciled and available" : $"{states.Count} resources are reconciled and available");
        }

        var target = waiting[0].Id.ToString();
        var detail = waiting.Count == 1
            ? waiting[0].State.Message
            : string.Join(", ", waiting.Select(item => $"{item.Id}: {item.State.Message}"));
        var remedy = restore(waiting[0].Id);
        return waiting.Count < states.Count ? Finding.Warning(target, detail, remedy) : Finding.Failed(target, detail, remedy);
    }

    /// <summary>Describes an operator that runs and does not see the Prometheus resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="blind">The operator, and why it does not see the resource.</param>
    /// <param name="remedy">What restarts the operator; null if this module did not install it.</param>
    public static Finding DescribeBlindOperator(ResourceId resource, BlindOperator blind, string? remedy) => Finding.Failed(
        resource.ToString(),
        $"{blind.Operator} does not see it: {blind.Reason}",
        remedy ?? Remedies.DescribeManual($"Restart {blind.Operator}, so that it looks for its kinds again."));

    /// <summary>Describes readers of monitors whose samples are in another server.</summary>
    public static Finding DescribeOtherReaders(string target, IReadOnlyList<string> readers) => Finding.Unknown(
        target,
        $"there is no Prometheus resource; {string.Join(", ", readers)} {(readers.Count == 1 ? "scrapes" : "scrape")} in this cluster",
        Remedies.DescribeManual("Give the address of the server that has the samples with -PrometheusUri."));

    /// <summary>Describes that no Prometheus resource matches the request.</summary>
    /// <param name="target">What was searched for.</param>
    /// <param name="name">The requested name; null for any.</param>
    /// <param name="others">The Prometheus resources in the cluster: the caller meant one of them, so that none is to be installed.</param>
    /// <param name="remedy">What installs a Prometheus if there is none at all.</param>
    public static Finding DescribeMissing(string target, string? name, IReadOnlyList<string> others, string remedy)
    {
        var detail = name is null ? "there is no Prometheus resource" : $"there is no Prometheus resource named '{name}'";
        if (others.Count == 0)
        {
            return Finding.Failed(target, detail, remedy);
        }

        var choose = Remedies.DescribeManual("Choose one of these with -PrometheusNamespace and -PrometheusName.");
        return Finding.Failed(target, $"{detail}, while there are: {string.Join(", ", others)}", choose) with
        {
            ErrorId = ErrorId.ObjectNotFound,
        };
    }
}
