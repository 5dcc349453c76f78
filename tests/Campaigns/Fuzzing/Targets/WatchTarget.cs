using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>The stream of a watch, in pieces of any size; and what is read from each event.</summary>
internal static class WatchTarget
{
    private static readonly Mutator Streams = new(
        [
            """
            {"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","uid":"1","resourceVersion":"5"}}}
            {"type":"MODIFIED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","uid":"1","resourceVersion":"6","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["x"]},"status":{"conditions":[{"type":"Ready","status":"True"}]}}}
            {"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"7"}}}
            {"type":"DELETED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","uid":"1","resourceVersion":"8"}}}
            {"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}

            """,
            """
            {"object":{"metadata":{"name":"b","uid":"2"}},"type":"ADDED"}
            {"type":"ERROR","object":{"kind":"Status","code":500,"message":"broken\nhere"}}

            """,
        ],
        [
            "\n",
            "\r\n",
            "\n\n\n",
            "\"type\":\"ADDED\"",
            "\"type\":null",
            "\"object\":null",
            "\"object\":[]",
            "{\"type\":\"ERROR\"}\n",
            "\"message\":\"\\ud800\"",
        ]);

    public static async ValueTask TryOneAsync(Random random, CancellationToken cancellationToken)
    {
        await foreach (
            var watchEvent in WatchEventReader
                .ReadAsync(new OneWayStream(Streams.Next(random), random), "pods", cancellationToken).ConfigureAwait(false))
        {
            _ = watchEvent.Kind;
        }
    }
}
