using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbeddedCluster;
using MilvusMonitoring.Tests.EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>Plays what was recorded of one version's nodes against one embedded cluster, and gathers what differs.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="scene">Its pods.</param>
/// <param name="leftOut">Notes of exchanges that are answered otherwise on purpose, and why.</param>
internal sealed partial class ForwardReplay(Cluster cluster, ForwardScene scene, IReadOnlyDictionary<string, string> leftOut)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    // Times, sizes and serial numbers; and a header that Go's HTTP server adds to some refusals, which no client reads.
    private static readonly HashSet<string> s_unseenHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date",
        "Audit-Id",
        "Content-Length",
        "X-Content-Type-Options",
    };

    public List<string> Differences { get; } = [];

    public HashSet<string> Used { get; } = [];

    public int Played { get; private set; }

    public async Task PlayAsync(JsonObject exchange, CancellationToken cancellationToken)
    {
        var note = exchange["note"]!.ToString();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        var before = Differences.Count;
        try
        {
            await ExchangeAsync(note, exchange, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Differences.Add($"{note}: what was recorded next did not come within {s_patience.TotalSeconds:0} s");
        }

        Played++;
        if (leftOut.ContainsKey(note) && Differences.Count > before)
        {
            Differences.RemoveRange(before, Differences.Count - before);
            Used.Add(note);
        }
    }

    private async Task ExchangeAsync(string note, JsonObject exchange, CancellationToken cancellationToken)
    {
        var (request, response) = (exchange.Request(), exchange["response"]!.AsObject());
        var frames = exchange["frames"]!.AsArray().Select(each => each!.AsObject()).ToList();
        scene.Answer(string.Concat(frames.Where(IsPodsData).Select(each => each["text"]!.ToString())));
        var asNobody = note == "no credentials" || request["headers"]!["Authorization"] is not null;
        using var connection = await RawConnection.OpenAsync(cluster, asNobody ? null : scene.Administrator, cancellationToken);
        var headers = request["headers"]!.AsObject().Select(each => KeyValuePair.Create(each.Key, each.Value!.ToString()));
        var answer = await connection.AskAsync(request["method"]!.ToString(), request["path"]!.ToString(), headers, cancellationToken);
        Compare(note, "status", response["status"]!.ToString(), answer.Status.ToString(CultureInfo.InvariantCulture));
        Compare(note, "body", Json(response["body"]!.ToString()), Json(answer.Body));
        Compare(
            note,
            "headers",
            Lines(response["headers"]!.AsObject().Select(each => (each.Key, each.Value!.ToString()))),
            Lines(answer.Headers.Select(each => (each.Key, each.Value))));
        if (answer.Status == 101 && (int)response["status"]! == 101)
        {
            var pod = request["path"]!.ToString().Split('/')[^2];
            var played = new ForwardFrames(connection, scene, pod, frames, exchange["end"]!["how"]!.ToString(), (what, recorded, ours) =>
                Compare(note, what, Shape(recorded), Shape(ours)));
            await played.PlayAsync(cancellationToken);
        }
    }

    /// <summary>Data of channels whose first frame, the port, is recorded as bytes.</summary>
    private static bool IsPodsData(JsonObject frame) =>
        frame["from"]!.ToString() == "server" && frame["channel"] is { } channel && (int)channel % 2 == 0 && frame["text"] is not null;

    private static string Lines(IEnumerable<(string Name, string Value)> headers) => string.Join('\n', headers
        .Where(each => !s_unseenHeaders.Contains(each.Name))
        .Select(each => $"{each.Name.ToUpperInvariant()}: {each.Value}").Order(StringComparer.Ordinal));

    private static string Json(string body) => body.StartsWith('{') ? JsonNode.Parse(body)!.ToJsonString() : body;

    /// <summary>Without the identities of pods' sandboxes.</summary>
    private static string Shape(string text) => NetworkNamespace().Replace(Sandbox().Replace(text, "SANDBOX"), "cni-ID");

    private void Compare(string note, string what, string recorded, string ours)
    {
        if (recorded != ours)
        {
            Differences.Add($"{note}, {what}: {ours}\n  recorded {recorded}");
        }
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Sandbox();

    [GeneratedRegex("cni-[0-9a-f-]+")]
    private static partial Regex NetworkNamespace();
}
