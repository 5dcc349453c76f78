using System.Collections;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Lists names in a cluster.</summary>
/// <param name="client">The cluster.</param>
/// <param name="bound">The parameters that are typed already.</param>
/// <param name="cancellationToken">Ends the reads.</param>
internal delegate Task<IEnumerable<string>> NameQuery(ClusterClient client, IDictionary bound, CancellationToken cancellationToken);

/// <summary>Which names of a cluster complete which parameter.</summary>
internal static class NameQueries
{
    private const string MonitorReaderCommand = "Get-MilvusServiceMonitor";
    private const string ReceiverCommands = "-MilvusAlertReceiver";

    private static readonly Dictionary<string, NameQuery> Queries = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Namespace"] = (client, _, cancellationToken) => ListAsync(client, ResourceType.Namespace, null, cancellationToken),
        ["PrometheusNamespace"] = (client, _, cancellationToken) => ListAsync(client, ResourceType.Namespace, null, cancellationToken),
        ["ClusterRole"] = (client, _, cancellationToken) => ListAsync(client, ResourceType.ClusterRole, null, cancellationToken),
        ["ServiceName"] = (client, bound, cancellationToken) =>
            ListAsync(client, ResourceType.Service, GetNamespace(client, bound), cancellationToken),
        ["Port"] = ListPortsAsync,
        ["PrometheusName"] = ListPrometheusAsync,
        ["AlertmanagerNamespace"] = (client, _, cancellationToken) => ListAsync(client, ResourceType.Namespace, null, cancellationToken),
        ["AlertmanagerName"] = ListAlertmanagersAsync,
        ["Name"] = ListInstancesAsync,
        ["Instance"] = ListInstancesAsync,
    };

    /// <summary>The query for a parameter; null for a parameter without one.</summary>
    public static NameQuery? Find(string command, string parameter)
    {
        if (!parameter.Equals("Name", StringComparison.OrdinalIgnoreCase))
        {
            return Queries.GetValueOrDefault(parameter);
        }

        if (command.EndsWith(ReceiverCommands, StringComparison.OrdinalIgnoreCase))
        {
            return ListReceiversAsync;
        }

        return command.Equals(MonitorReaderCommand, StringComparison.OrdinalIgnoreCase)
            ? ListMonitorsAsync
            : Queries.GetValueOrDefault(parameter);
    }

    private static async Task<IEnumerable<string>> ListAsync(
        ClusterClient client,
        ResourceType type,
        string? namespaceName,
        CancellationToken cancellationToken)
    {
        var found = await client
            .ListMetadataAsync(type, namespaceName, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        return found.Select(item => item.Name);
    }

    private static async Task<IEnumerable<string>> ListPortsAsync(
        ClusterClient client,
        IDictionary bound,
        CancellationToken cancellationToken) =>
        bound["ServiceName"] is string service
            ? await ServiceTarget.ListPortsAsync(client, GetNamespace(client, bound), service, cancellationToken).ConfigureAwait(false)
            : [];

    private static async Task<IEnumerable<string>> ListPrometheusAsync(
        ClusterClient client,
        IDictionary bound,
        CancellationToken cancellationToken)
    {
        var choice = new PrometheusChoice(bound["PrometheusNamespace"] as string, null);
        var found = await new PrometheusFinder(client).ListAsync(choice, cancellationToken).ConfigureAwait(false);
        return found.Select(server => server.Name);
    }

    private static async Task<IEnumerable<string>> ListAlertmanagersAsync(
        ClusterClient client,
        IDictionary bound,
        CancellationToken cancellationToken)
    {
        var choice = new AlertmanagerChoice(bound["AlertmanagerNamespace"] as string, null);
        var found = await new AlertmanagerFinder(client).ListAsync(choice, cancellationToken).ConfigureAwait(false);
        return found.Select(server => server.Name);
    }

    private static async Task<IEnumerable<string>> ListReceiversAsync(
        ClusterClient client,
        IDictionary bound,
        CancellationToken cancellationToken)
    {
        var choice = new AlertmanagerChoice(bound["AlertmanagerNamespace"] as string, bound["AlertmanagerName"] as string);
        var found = await new ReceiverReader(client, Silence.Instance).ListAsync(choice, cancellationToken).ConfigureAwait(false);
        return found.Select(receiver => receiver.Name);
    }

    private static async Task<IEnumerable<string>> ListInstancesAsync(
        ClusterClient client,
        IDictionary bound,
        CancellationToken cancellationToken)
    {
        var finder = new InstanceFinder(client, Silence.Instance);
        var found = await finder.ListAsync(bound["Namespace"] as string, _ => true, cancellationToken).ConfigureAwait(false);
        return found.Select(instance => instance.Instance.Name);
    }

    private static async Task<IEnumerable<string>> ListMonitorsAsync(
        ClusterClient client,
        IDictionary bound,
        CancellationToken cancellationToken)
    {
        var reader = new MonitorReader(client, Silence.Instance);
        var found = await reader.ListAsync(GetNamespace(client, bound), cancellationToken).ConfigureAwait(false);
        return found.Select(monitor => monitor.Metadata.Name);
    }

    private static string GetNamespace(ClusterClient client, IDictionary bound) =>
        bound["Namespace"] as string ?? client.Connection.DefaultNamespace;
}

/// <summary>Drops all messages: a line that is being typed has no place for them.</summary>
internal sealed class Silence : IActivitySink
{
    public static Silence Instance { get; } = new();

    /// <inheritdoc />
    public void Verbose(string message)
    {
    }

    /// <inheritdoc />
    public void Warning(string message)
    {
    }

    /// <inheritdoc />
    public void Progress(string activity, string status, int percent)
    {
    }
}
