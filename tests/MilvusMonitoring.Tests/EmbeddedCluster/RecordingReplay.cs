using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Tests.EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>Plays every recorded exchange of one version, in order, against one embedded cluster, and gathers what differs.</summary>
internal sealed class RecordingReplay(string version, Cluster cluster, IReadOnlyDictionary<string, string> leftOut) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly ClusterClient _administrator = new(cluster);
    private readonly ClusterClient _nobody = new(cluster, asAdministrator: false);
    private readonly Dictionary<string, string> _ours = [];

    public List<string> Differences { get; } = [];

    public HashSet<string> Used { get; } = [];

    public async Task PlayAsync(string file, CancellationToken cancellationToken)
    {
        var exchanges = Recordings.Load(version, file);
        var watches = exchanges.Where(each => each!["watch"] is not null).SelectMany(each => (JsonArray)each!["watch"]!).ToList();
        var running = watches
            .Select(each =>
                WatchAsync(
                    each!["request"]!["path"]!.ToString(),
                    ((JsonArray)each["events"]!).Count(one => !IsBookmark(one!["event"]!)),
                    cancellationToken))
            .ToList();
        await Task.WhenAll(running.Select(each => each.Started));
        for (var at = 0; at < exchanges.Count; at++)
        {
            if (exchanges[at]!["request"] is JsonObject request)
            {
                await PlayAsync(
                    $"{version}/{file}[{at}]",
                    request,
                    (JsonObject)exchanges[at]!["response"]!,
                    (string?)exchanges[at]!["note"],
                    cancellationToken);
            }
        }

        for (var at = 0; at < watches.Count; at++)
        {
            var recorded = ((JsonArray)watches[at]!["events"]!).Select(each => each!["event"]!).Where(each => !IsBookmark(each)).ToList();
            CompareEvents($"{version}/{file} watch {at}", recorded, await running[at].Events);
        }
    }

    public void Dispose()
    {
        _administrator.Dispose();
        _nobody.Dispose();
    }

    private async Task PlayAsync(string where, JsonObject request, JsonObject response, string? note, CancellationToken cancellationToken)
    {
        // Recorded while something was going on behind: it comes to the same in the end.
        var end = DateTime.UtcNow + s_patience;
        Answer answer;
        do
        {
            answer = await SendAsync(request, response, note, cancellationToken);
        } while (
            IsOnTheWay(answer, response)
            && DateTime.UtcNow < end
            && !leftOut.Keys.Any(each => where.StartsWith(each, StringComparison.Ordinal)));
        Compare(where, request, response, answer);
    }

    private static bool IsOnTheWay(Answer answer, JsonObject response)
    {
        if (answer.Status != (int)response["status"]!)
        {
            return true;
        }

        static string? Stage(JsonNode? body) =>
            (body as JsonObject)?["status"] is JsonObject { } status
                ? (status["conditions"] as JsonArray)?.LastOrDefault()?["reason"]?.ToString()
                : null;
        return answer.Text.StartsWith('{')
            && response["body"] is JsonObject expected
            && expected["kind"]?.ToString() == "CustomResourceDefinition"
            && Stage(answer.Body) != Stage(expected);
    }

    private async Task<Answer> SendAsync(JsonObject request, JsonObject response, string? note, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(new(request["method"]!.ToString()), Translate(request["path"]!.ToString()));
        var contentType = "application/json";
        foreach (var (name, value) in (JsonObject)request["headers"]!)
        {
            if (name == "Content-Type")
            {
                contentType = value!.ToString();
            }
            else
            {
                message.Headers.TryAddWithoutValidation(name, value!.ToString());
            }
        }

        if (request["body"] is { } body)
        {
            message.Content = new ByteArrayContent(
                Encoding.UTF8.GetBytes(body is JsonValue ? body.ToString() : Translate(AsSent(body, response).ToJsonString())));
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        var client = note == "no credentials" || message.Headers.Authorization is not null ? _nobody : _administrator;
        using var answer = await client.SendAsync(message, cancellationToken);
        return await Answer.ReadAsync(answer, cancellationToken);
    }

    /// <summary>
    /// The recorder kept one body for several requests, and changed the label between them: what was sent shows in the answer.
    /// </summary>
    private static JsonNode AsSent(JsonNode body, JsonObject response)
    {
        var sent = body.DeepClone();
        if (
            sent is JsonObject
            && sent["metadata"]?["labels"]?["a"] is not null
            && response["body"]?["metadata"]?["labels"]?["a"] is { } label)
        {
            sent["metadata"]!["labels"]!["a"] = label.DeepClone();
        }

        return sent;
    }

    private string Translate(string text)
    {
        foreach (var (theirs, ours) in _ours)
        {
            text = text.Replace($"\"{theirs}\"", $"\"{ours}\"", StringComparison.Ordinal)
                .Replace($"continue={theirs}", $"continue={ours}", StringComparison.Ordinal);
        }

        return text;
    }

    private void Compare(string where, JsonObject request, JsonObject response, Answer answer)
    {
        var what = $"{where} {request["method"]} {request["path"]}";
        if (answer.Status != (int)response["status"]!)
        {
            Report(where, "status", $"{what}: status {answer.Status}, recorded {response["status"]}: {answer.Text}");
            return;
        }

        var type = response["headers"]!["Content-Type"]!.ToString();
        if (answer.ContentType.Replace(" ", "", StringComparison.Ordinal) != type.Replace(" ", "", StringComparison.Ordinal))
        {
            Report(where, "type", $"{what}: content type {answer.ContentType}, recorded {type}");
        }

        if (response["body"] is JsonValue text && text.GetValueKind() == JsonValueKind.String)
        {
            if (text.ToString().StartsWith("{\"type\":", StringComparison.Ordinal))
            {
                CompareEvents(where, ReadLines(text.ToString()), ReadLines(answer.Text));
            }
            else if (answer.Text != text.ToString())
            {
                Report(where, "text", $"{what}: {answer.Text}, recorded {text}");
            }

            return;
        }

        Learn(response["body"], answer.Body);
        CompareNodes(
            where,
            "",
            RecordingShape.Normalize(version, request["path"]!.ToString(), response["body"]),
            RecordingShape.Normalize(version, request["path"]!.ToString(), answer.Body));
    }

    private void CompareEvents(string where, List<JsonNode> recorded, List<JsonNode> ours)
    {
        static string Line(JsonNode each) => $"{each["type"]} {each["object"]!["metadata"]!["name"]}";

        // What was there before comes in any order.
        static List<JsonNode> Order(List<JsonNode> events)
        {
            var initial = events.TakeWhile(each => each["type"]!.ToString() == "ADDED").OrderBy(Line, StringComparer.Ordinal).ToList();
            return [.. initial, .. events.Skip(initial.Count)];
        }

        recorded = Order(recorded);
        ours = Order(ours);
        var (expected, actual) = (string.Join(", ", recorded.Select(Line)), string.Join(", ", ours.Select(Line)));
        if (expected != actual)
        {
            Report(where, "events", $"{where}: events {actual}\n  recorded {expected}");
            return;
        }

        for (var at = 0; at < recorded.Count; at++)
        {
            CompareNodes(
                where,
                $"event {at}",
                RecordingShape.Normalize(version, "", recorded[at]),
                RecordingShape.Normalize(version, "", ours[at]));
        }
    }

    /// <summary>Which of our resource versions and tokens stand for the recorded ones.</summary>
    private void Learn(JsonNode? theirs, JsonNode? ours)
    {
        foreach (var key in (string[])["resourceVersion", "continue"])
        {
            if (theirs?["metadata"]?[key]?.ToString() is { Length: > 0 } recorded && ours?["metadata"]?[key]?.ToString() is { } actual)
            {
                _ours[recorded] = actual;
            }
        }
    }

    private void CompareNodes(string where, string path, JsonNode? recorded, JsonNode? ours)
    {
        switch (recorded, ours)
        {
            case (JsonObject left, JsonObject right):
                foreach (var key in left.Select(each => each.Key).Union(right.Select(each => each.Key)))
                {
                    if (left.ContainsKey(key) && right.ContainsKey(key))
                    {
                        CompareNodes(where, $"{path}.{key}", left[key], right[key]);
                    }
                    else
                    {
                        Report(
                            where,
                            $"{path}.{key}",
                            $"{where} {path}.{key}: "
                                + $"{(left.ContainsKey(key) ? "missing, recorded " + left[key]?.ToJsonString() : "not recorded: " + right[key]?.ToJsonString())}"
                        );
                    }
                }

                break;
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                for (var at = 0; at < left.Count; at++)
                {
                    CompareNodes(where, $"{path}[{at}]", left[at], right[at]);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(recorded, ours))
                {
                    Report(where, path, $"{where} {path}: {ours?.ToJsonString()}\n  recorded {recorded?.ToJsonString()}");
                }

                break;
        }
    }

    private void Report(string where, string path, string text)
    {
        var key = leftOut.Keys.FirstOrDefault(each => $"{where} {path}".StartsWith(each, StringComparison.Ordinal));
        if (key is null)
        {
            Differences.Add(text);
        }
        else
        {
            Used.Add(key);
        }
    }

    private (Task Started, Task<List<JsonNode>> Events) WatchAsync(string path, int count, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource();
        return (
            started.Task,
            Task.Run(
                async () =>
                {
                    // The recorded watches ended on their own; here as many events as were recorded are awaited.
                    using var request = new HttpRequestMessage(
                        HttpMethod.Get,
                        path.Replace("timeoutSeconds=", "timeoutSeconds=2", StringComparison.Ordinal));
                    using var response = await _administrator.SendAsync(request, cancellationToken);
                    using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
                    started.SetResult();
                    var events = new List<JsonNode>();
                    using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    patience.CancelAfter(s_patience);
                    try
                    {
                        while (events.Count < count && await reader.ReadLineAsync(patience.Token) is { } line)
                        {
                            if (JsonNode.Parse(line)! is var read && !IsBookmark(read))
                            {
                                events.Add(read);
                            }
                        }
                    }
                    catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                    {
                        // Fewer events than recorded: the comparison says which.
                    }

                    return events;
                },
                cancellationToken));
    }

    private static bool IsBookmark(JsonNode each) => each["type"]!.ToString() == "BOOKMARK";

    private static List<JsonNode> ReadLines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(each => JsonNode.Parse(each)!).Where(each => !IsBookmark(each))];
}
