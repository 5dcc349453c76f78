using System.Text.Json;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>A receiver of this module in the file of an Alertmanager: its entry among the receivers, and its route.</summary>
/// <param name="Route">The route, as one line of JSON, which is YAML too.</param>
/// <param name="Receiver">The receiver, as one line of JSON. It may hold a secret.</param>
internal sealed record OwnReceiver(string Route, string Receiver)
{
    /// <summary>What the names of all receivers of this module begin with in the file of an Alertmanager.</summary>
    public const string Prefix = "milvus-monitoring/";

    /// <summary>
    /// The label of an AlertmanagerConfig of this module, and of the Secret beside it; its value is the name of the receiver.
    /// </summary>
    public const string Label = "milvus-monitoring/alert-receiver";

    /// <summary>The name without its prefix.</summary>
    public string Name => ReadName(Receiver)![Prefix.Length..];

    /// <returns>The name: the receiver may hold a secret.</returns>
    public override string ToString() => Name;

    /// <summary>Pairs routes and receivers by their names.</summary>
    /// <returns>The receivers; null if a line is not as this module writes it.</returns>
    public static IReadOnlyList<OwnReceiver>? Pair(IReadOnlyList<string> routes, IReadOnlyList<string> receivers)
    {
        var pairs = new List<OwnReceiver>();
        foreach (var receiver in receivers)
        {
            var name = ReadName(receiver);
            if (name is null || routes.FirstOrDefault(route => Read(route, "receiver") == name) is not { } own)
            {
                return null;
            }

            pairs.Add(new OwnReceiver(own, receiver));
        }

        return pairs.Count == routes.Count && pairs.DistinctBy(pair => pair.Name).Count() == pairs.Count ? pairs : null;
    }

    private static string? ReadName(string receiver) =>
        Read(receiver, "name") is { } name && name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length
            ? name
            : null;

    private static string? Read(string json, string member)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject fields && fields[member] is JsonValue value && value.TryGetValue(out string? text)
                ? text
                : null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
