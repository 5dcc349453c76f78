using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>
/// Completes names of what is in the cluster. One that does not answer in time, or not as it should, has nothing to offer and says nothing.
/// </summary>
internal sealed class ClusterCompleter : IArgumentCompleter
{
    // Less than the 2 s that a person waits for Tab.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(1700);

    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var target = new ClusterTarget(fakeBoundParameters["Kubeconfig"] as string, fakeBoundParameters["Context"] as string);
        var namespaceName = fakeBoundParameters[parameterName == "PrometheusName" ? "PrometheusNamespace" : "Namespace"] as string;
        Func<ClusterClient, CancellationToken, Task<IEnumerable<string>>> question =
            parameterName == "Port"
                ? (client, cancellationToken) =>
                    PortsAsync(client, namespaceName, fakeBoundParameters["ServiceName"] as string, cancellationToken)
                : (client, cancellationToken) => NamesAsync(client, commandName, parameterName, namespaceName, cancellationToken);
        return CompletionResults.From(Ask(target, question), wordToComplete);
    }

    private static async Task<IEnumerable<string>> NamesAsync(
        ClusterClient client,
        string commandName,
        string parameterName,
        string? namespaceName,
        CancellationToken cancellationToken) =>
        parameterName switch
        {
            "ServiceName" => (
                await client
                    .ListMetadataAsync(
                        ResourceType.Service,
                        namespaceName ?? client.Connection.DefaultNamespace,
                        string.Empty,
                        cancellationToken)
                    .ToListAsync(cancellationToken).ConfigureAwait(false)).Select(service => service.Name),
            "Name" or "Instance" when commandName.StartsWith("Get-MilvusServiceMonitor", StringComparison.OrdinalIgnoreCase) => (
                await new MonitorReader(client, Silence.Instance)
                    .ListAsync(namespaceName ?? client.Connection.DefaultNamespace, cancellationToken).ConfigureAwait(false)
            ).Select(monitor => monitor.Metadata.Name),
            "PrometheusName" => (
                await new PrometheusFinder(client)
                    .ListAsync(new PrometheusChoice(namespaceName, null), cancellationToken).ConfigureAwait(false)
            ).Select(server => server.Name),
            "ClusterRole" => (
                await client
                    .ListMetadataAsync(ResourceType.ClusterRole, null, string.Empty, cancellationToken)
                    .ToListAsync(cancellationToken).ConfigureAwait(false)).Select(role => role.Name),
            "Name" or "Instance" => (
                await new InstanceFinder(client, Silence.Instance)
                    .FindAsync(namespaceName, _ => true, cancellationToken).ConfigureAwait(false)).Select(found => found.Instance.Name),
            _ => (
                await client
                    .ListMetadataAsync(ResourceType.Namespace, null, string.Empty, cancellationToken)
                    .ToListAsync(cancellationToken).ConfigureAwait(false)).Select(found => found.Name),
        };

    /// <summary>What each port of a Service is called, or its number.</summary>
    private static async Task<IEnumerable<string>> PortsAsync(
        ClusterClient client,
        string? namespaceName,
        string? service,
        CancellationToken cancellationToken)
    {
        var id = new ResourceId(string.Empty, "Service", namespaceName ?? client.Connection.DefaultNamespace, service ?? string.Empty);
        return await client.FindAsync(ResourceType.Service, id, cancellationToken).ConfigureAwait(false) is { } found
            ? JsonSlice.Items(found, "spec", "ports").Select(port => JsonSlice.Text(port, "name") ?? $"{JsonSlice.Parse(port, "port")}")
            : [];
    }

    private static IEnumerable<string> Ask(ClusterTarget target, Func<ClusterClient, CancellationToken, Task<IEnumerable<string>>> question)
    {
        IReadOnlyList<string> names = [];
        var limit = new CancellationTokenSource(Limit);
        var work = Task.Run(AskAsync);

        // What failed is left unseen: an error has no place in the middle of a line that is being typed.
        return ((IAsyncResult)work).AsyncWaitHandle.WaitOne(Limit) && work.IsCompletedSuccessfully ? names : [];

        async Task AskAsync()
        {
            using (limit)
            using (var connection = ClusterConnection.Open(target, Silence.Instance))
            {
                names =
                [
                    .. (await question(new ClusterClient(connection), limit.Token).ConfigureAwait(false))
                        .Distinct()
                        .Order(StringComparer.Ordinal),
                ];
            }
        }
    }

    /// <summary>Nobody listens while Tab is pressed.</summary>
    private sealed class Silence : IActivitySink
    {
        public static Silence Instance { get; } = new();

        public void Verbose(string message)
        {
        }

        public void Warning(string message)
        {
        }

        public void Progress(string activity, string status, int percent)
        {
        }
    }
}
