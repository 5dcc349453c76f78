using System.Collections.Concurrent;
using System.Text.Json;
using MilvusMonitoring.Access;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>
/// What the checks of several Milvus read in one pass, each question asked once: a failure of the answer is that of everybody who asks it.
/// </summary>
internal sealed class PassReads(
    ClusterClient client,
    IActivitySink sink,
    PrometheusReplicas replicas,
    CancellationToken cancellationToken)
{
    /// <summary>Up to this number of Milvus, a read for each costs less than one of the whole cluster.</summary>
    private const int Few = 20;

    private readonly ConcurrentDictionary<(string Question, string Of), Lazy<Task>> _asked = new();

    /// <summary>How many Milvus the pass checks.</summary>
    public int Instances { get; set; }

    /// <summary>Whether the pass checks so many Milvus that what all of them need is asked for at once.</summary>
    public bool HasMany => Instances > Few;

    /// <summary>Reads the objects by which monitors find their targets in a namespace.</summary>
    public Task<TargetObjects> GetObjectsAsync(string place) =>
        OnceAsync("objects", place, () => new TargetObjectReader(client, sink).ReadAsync(place, cancellationToken));

    /// <summary>Lists the monitors of the cluster.</summary>
    /// <param name="places">The namespaces to read if the caller may not list all.</param>
    public Task<IReadOnlyList<LiveMonitor>> ListMonitorsAsync(IReadOnlyList<string> places) => OnceNearAsync(
        "monitors",
        string.Join(',', places),
        search => search.ListAsync(null, cancellationToken),
        search => search.ListNearAsync(places, cancellationToken),
        new MonitorSearch(client, sink));

    /// <summary>
    /// Lists the PrometheusRules of this module, of the whole cluster, or where the caller may not list those in a namespace.
    /// </summary>
    public Task<IReadOnlyList<RuleObject>> ListRulesAsync(string place) => OnceNearAsync(
        "rules",
        place,
        reader => reader.ListOwnAsync(null, cancellationToken),
        reader => reader.ListOwnAsync(place, cancellationToken),
        new RuleObjectReader(client, sink));

    /// <summary>Finds a monitor; null if there is none.</summary>
    public async Task<LiveMonitor?> FindMonitorAsync(ResourceType type, ResourceId id)
    {
        var all = await FindOfAllAsync("all monitors", () => new MonitorSearch(client, sink).ListAsync(null, cancellationToken))
            .ConfigureAwait(false);

        // A list that the caller may read in part only may lack it.
        return all?.FirstOrDefault(monitor => monitor.Id == id)
            ?? await new MonitorReader(client, sink).FindAsync(type, id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the labels of a namespace; empty if it does not exist.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadLabelsAsync(string place)
    {
        var all = await FindOfAllAsync("all labels", () => ListAsync(ResourceType.Namespace, null)).ConfigureAwait(false);
        return all is null
            ? await OnceAsync("labels", place, () => PrometheusSelection.ReadLabelsAsync(client, place, cancellationToken))
                .ConfigureAwait(false)
            : all.FirstOrDefault(item => item.Member("metadata").Text("name") == place).Member("metadata").TextMap("labels");
    }

    /// <summary>Lists the network policies of a namespace.</summary>
    public async Task<List<JsonElement>> ListPoliciesAsync(string place)
    {
        var all = await FindOfAllAsync("all policies", () => ListAsync(ResourceType.NetworkPolicy, null)).ConfigureAwait(false);
        return all is null
            ? await OnceAsync("policies", place, () => ListAsync(ResourceType.NetworkPolicy, place)).ConfigureAwait(false)
            : [.. all.Where(item => item.Member("metadata").Text("namespace") == place)];
    }

    /// <summary>Reads a pod of a Prometheus as network policies see it.</summary>
    public Task<PolicyPeer> ReadPeerAsync(PrometheusServer prometheus) => OnceAsync("peer", prometheus.ToString(), async () =>
    {
        var ready = await ReadyPods
            .ListAsync(client, prometheus.Namespace, pod => PrometheusReplicas.IsReplica(pod, prometheus.Name), cancellationToken)
            .ConfigureAwait(false);
        return NetworkPolicyCheck.CreatePeer(
            prometheus,
            ready,
            await ReadLabelsAsync(prometheus.Namespace).ConfigureAwait(false));
    });

    /// <summary>Whether the service account of a Prometheus exists; null if the caller may not read it.</summary>
    public Task<bool?> HasAccountAsync(PrometheusServer prometheus) => OnceAsync(
        "account",
        prometheus.ToString(),
        () => ExistsAsync(
            ResourceType.ServiceAccount,
            ResourceType.ServiceAccount.IdOf(prometheus.Namespace, prometheus.ServiceAccount)));

    /// <summary>Whether a ClusterRoleBinding exists; null if the caller may not read it.</summary>
    public Task<bool?> HasBindingAsync(ResourceId binding) =>
        OnceAsync("binding", binding.Name, () => ExistsAsync(ResourceType.ClusterRoleBinding, binding));

    /// <summary>Compares what the account of a Prometheus may do with what it needs.</summary>
    /// <param name="prometheus">The Prometheus.</param>
    /// <param name="required">The permissions that it needs.</param>
    /// <param name="place">The namespace; null for the whole cluster.</param>
    public Task<MissingPermissions> CompareAsync(
        PrometheusServer prometheus,
        IReadOnlyList<Permission> required,
        string? place) => OnceAsync(
        $"access of {prometheus.Namespace}/{prometheus.ServiceAccount} to {Permission.Describe(required)}",
        place ?? string.Empty,
        () => new AccountPermissions(client)
            .CompareAsync((prometheus.Namespace, prometheus.ServiceAccount), required, place, cancellationToken));

    /// <summary>Lists the replicas of a Prometheus, or those at the addresses that the caller named.</summary>
    /// <param name="prometheus">The Prometheus; null if no resource describes it.</param>
    public Task<IReadOnlyList<PrometheusReplica>> ListReplicasAsync(PrometheusServer? prometheus) =>
        OnceAsync("replicas", Name(prometheus), () => replicas.ListAsync(prometheus, cancellationToken));

    /// <summary>Reads the configuration of each replica.</summary>
    public Task<IReadOnlyList<ReplicaAnswer<LoadedConfiguration>>> ListConfigurationsAsync(PrometheusServer? prometheus) =>
        AskReplicasAsync(
            "configuration",
            prometheus,
            all => ReplicaQuery.ListAsync<LoadedConfiguration>(
                all,
                async api => await api.GetConfigurationAsync(cancellationToken).ConfigureAwait(false)));

    /// <summary>Lists all targets of each replica.</summary>
    public Task<IReadOnlyList<ReplicaAnswer<TargetList>>> ListTargetsAsync(PrometheusServer? prometheus) =>
        AskReplicasAsync<IReadOnlyList<ReplicaAnswer<TargetList>>>(
            "targets",
            prometheus,
            async all =>
            {
                var answers = await ReplicaQuery
                    .ListMergedAsync(all, api => api.ListTargetsAsync(null, cancellationToken))
                    .ConfigureAwait(false);
                return [.. answers.Select(answer => answer.Select(targets => new TargetList(targets)))];
            });

    /// <summary>Lists the addresses of the Alertmanagers that each replica sends its alerts to; null where it does not say.</summary>
    public Task<IReadOnlyList<ReplicaAnswer<IReadOnlyList<string>>>> ListSendersAsync(PrometheusServer? prometheus) => AskReplicasAsync(
        "senders",
        prometheus,
        all => ReplicaQuery.ListAsync(all, api => api.ListAlertmanagersAsync(cancellationToken)));

    /// <summary>Lists the Alertmanager resources of a namespace.</summary>
    public Task<IReadOnlyList<AlertmanagerServer>> ListAlertmanagersAsync(string place) => OnceAsync(
        "alertmanagers",
        place,
        () => new AlertmanagerFinder(client).ListAsync(new AlertmanagerChoice(place, null), cancellationToken));

    /// <summary>Reads the configuration that each replica of the Alertmanagers of a namespace has loaded.</summary>
    public Task<IReadOnlyList<AlertmanagerConfiguration>> ListAlertmanagerConfigurationsAsync(string place) =>
        OnceAsync<IReadOnlyList<AlertmanagerConfiguration>>("alertmanager configurations", place, async () =>
        {
            var configurations = new List<AlertmanagerConfiguration>();
            using var own = new AlertmanagerReplicas(client, [], ServerAccess.Alertmanager);
            foreach (var server in await ListAlertmanagersAsync(place).ConfigureAwait(false))
            {
                foreach (var replica in await own.ListAsync(server, cancellationToken).ConfigureAwait(false))
                {
                    configurations.Add(await replica.Api.GetConfigurationAsync(cancellationToken).ConfigureAwait(false));
                }
            }

            return configurations;
        });

    /// <summary>Lists the receivers of this module of the Alertmanagers of a namespace; none if the caller may not read them.</summary>
    public Task<IReadOnlyList<MilvusAlertReceiver>> ListReceiversAsync(string place) => OnceAsync(
        "receivers",
        place,
        () => new ReceiverReader(client, sink)
            .ListAsync(new AlertmanagerChoice(place, null), cancellationToken)
            .ListIfPermittedAsync(sink));

    private Task<bool?> ExistsAsync(ResourceType type, ResourceId id)
    {
        return ReadAsync().IfPermittedAsync(sink);

        async Task<bool?> ReadAsync() =>
            await client.FindMetadataAsync(type, id, cancellationToken).ConfigureAwait(false) is not null;
    }

    private Task<List<JsonElement>> ListAsync(ResourceType type, string? place) =>
        client.ListAsync(type, place, string.Empty, cancellationToken).ToListAsync(cancellationToken);

    /// <summary>
    /// Asks for all objects of a small kind once, if the pass checks many Milvus; null if it does not, or if the caller may not list all.
    /// </summary>
    private async Task<T?> FindOfAllAsync<T>(string question, Func<Task<T>> ask)
        where T : class
    {
        if (!HasMany)
        {
            return null;
        }

        try
        {
            return await OnceAsync(question, string.Empty, ask).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return null;
        }
    }

    private static string Name(PrometheusServer? prometheus) => prometheus?.ToString() ?? string.Empty;

    private Task<T> AskReplicasAsync<T>(
        string question,
        PrometheusServer? prometheus,
        Func<IReadOnlyList<PrometheusReplica>, Task<T>> ask) =>
        OnceAsync(
            question,
            Name(prometheus),
            async () => await ask(await ListReplicasAsync(prometheus).ConfigureAwait(false)).ConfigureAwait(false));

    /// <summary>Asks for the whole cluster once, or where the caller may not ask that, once for each place.</summary>
    private async Task<IReadOnlyList<T>> OnceNearAsync<T, TReader>(
        string question,
        string place,
        Func<TReader, Task<IReadOnlyList<T>>> askAll,
        Func<TReader, Task<IReadOnlyList<T>>> askNear,
        TReader reader)
    {
        try
        {
            return await OnceAsync(question, string.Empty, () => askAll(reader)).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return await OnceAsync($"{question} near", place, () => askNear(reader)).ConfigureAwait(false);
        }
    }

    private Task<T> OnceAsync<T>(string question, string of, Func<Task<T>> ask) =>
        (Task<T>)_asked.GetOrAdd((question, of), _ => new Lazy<Task>(ask)).Value;
}
