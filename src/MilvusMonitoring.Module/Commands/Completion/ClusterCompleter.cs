using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>
/// Completes names of objects in the cluster. Offers nothing, and shows no error, if the cluster fails or does not respond in time.
/// </summary>
internal sealed class ClusterCompleter : IArgumentCompleter
{
    /// <summary>How long to wait for the cluster: Tab must not block for more than 2 s.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMilliseconds(1700);

    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        if (NameQueries.Find(commandName, parameterName) is not { } query)
        {
            return [];
        }

        ClusterTarget target;
        try
        {
            var kubeconfig = fakeBoundParameters["Kubeconfig"] as string;
            target = new ClusterTarget(kubeconfig, fakeBoundParameters["Context"] as string)
            {
                Files = ShellKubeconfig.GetLocations().ListFiles(kubeconfig),
            };
        }
        catch (MonitoringException)
        {
            return [];
        }

        var limit = new CancellationTokenSource(Limit);
        IReadOnlyList<string> names = [];
        var work = Task.Run(async () => names = await RunAsync(query, target, fakeBoundParameters, limit).ConfigureAwait(false));
        work.ObserveError();

        // Not Wait(): an error of the query must not reach the line that is being typed.
        var isDone = ((IAsyncResult)work).AsyncWaitHandle.WaitOne(Limit) && work.IsCompletedSuccessfully;
        return isDone ? CompletionResults.From(names, wordToComplete) : [];
    }

    private static async Task<IReadOnlyList<string>> RunAsync(
        NameQuery query,
        ClusterTarget target,
        IDictionary bound,
        CancellationTokenSource limit)
    {
        using (limit)
        {
            using var connection = ClusterConnection.Open(target, Silence.Instance);
            var names = await query(new ClusterClient(connection), bound, limit.Token).ConfigureAwait(false);
            return [.. names.Distinct().Order(StringComparer.Ordinal)];
        }
    }
}
