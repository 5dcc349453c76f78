using System.Diagnostics;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// Waits until discovery shows kinds: it lags behind Established, and who asks it once at the start never learns of those that come later.
/// </summary>
internal static class DiscoveryWait
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(60);

    /// <summary>Waits, with one request a round for all kinds of a group version.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="kinds">The kinds; their definitions are established.</param>
    /// <param name="deadline">Until when to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why to wait no longer; null where all are shown.</returns>
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
                ? ClusterClient.ParseAnswer(body, version).RootElement.Items("resources").Select(kind => kind.Text("name")).ToHashSet()
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
                    $"Discovery does not show {string.Join(", ", missing)} of {version} after {clock.Elapsed.TotalSeconds:0} s, though the definitions are established; "
                    + "look at the API server's load, and run the command again.",
                    version);
            }

            await Task.Delay(pause < deadline.Left ? pause : deadline.Left, cancellationToken).ConfigureAwait(false);
            pause = Backoff.Next(pause, LongestPause);
        }
    }
}
