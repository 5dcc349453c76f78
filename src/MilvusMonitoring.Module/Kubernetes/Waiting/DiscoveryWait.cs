using System.Diagnostics;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// Waits until discovery serves kinds. Discovery lags behind Established, and the operator reads discovery only once, at its start.
/// </summary>
internal static class DiscoveryWait
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(60);

    /// <summary>Waits, with one request per round for all kinds of a group version.</summary>
    /// <param name="kinds">The kinds, whose CRDs are established.</param>
    /// <returns>The error if the wait was too long; null if discovery serves all kinds.</returns>
    public static async Task<MonitoringException?> WaitAsync(
        ClusterClient client,
        IEnumerable<ResourceType> kinds,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var waits = kinds
            .GroupBy(kind => kind.ApiVersion, kind => kind.Plural)
            .Select(version => WaitAsync(client, version.Key, [.. version], deadline, cancellationToken));
        return (await Task.WhenAll(waits).ConfigureAwait(false)).FirstOrDefault(late => late is not null);
    }

    private static async Task<MonitoringException?> WaitAsync(
        ClusterClient client,
        string version,
        HashSet<string> wanted,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var pause = FirstPause;
        while (true)
        {
            var document = await client.FindDocumentAsync($"/apis/{version}", "application/json", cancellationToken).ConfigureAwait(false);
            var shown = document is { } body
                ? ClusterClient.ParseResponse(body, version).RootElement.Items("resources").Select(kind => kind.Text("name")).ToHashSet()
                : [];
            var missing = wanted.Where(plural => !shown.Contains(plural)).Order(StringComparer.Ordinal).ToList();
            if (missing.Count == 0)
            {
                return null;
            }

            if (deadline.IsOver || clock.Elapsed > LongestLag)
            {
                return new MonitoringException(
                    ErrorId.DefinitionNotEstablished,
                    $"The CRDs are established, but after {clock.Elapsed.TotalSeconds:0} s discovery does not serve "
                    + $"{string.Join(", ", missing)} of {version}",
                    "look at the API server's load, and run the command again",
                    version);
            }

            await Task.Delay(pause < deadline.Left ? pause : deadline.Left, cancellationToken).ConfigureAwait(false);
            pause = Backoff.Next(pause, LongestPause);
        }
    }
}
