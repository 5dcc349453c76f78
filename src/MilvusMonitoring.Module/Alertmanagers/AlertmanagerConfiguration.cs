using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>A receiver of a configuration.</summary>
/// <param name="Integrations">How it notifies: <c>webhook</c>, <c>email</c>; once for each; empty for a receiver that tells nobody.</param>
internal sealed record ConfiguredReceiver(string Name, IReadOnlyList<string> Integrations);

/// <summary>A configuration of Alertmanager: who receives which alerts.</summary>
/// <param name="Root">The first route, which takes what no other takes.</param>
internal sealed record AlertmanagerConfiguration(Route Root, IReadOnlyList<ConfiguredReceiver> Receivers)
{
    private const string Suffix = "_configs";

    /// <summary>Reads a configuration, as a file has it or as Alertmanager shows it.</summary>
    /// <exception cref="FormatException">Alertmanager would refuse it. The message is a phrase that follows its name.</exception>
    public static AlertmanagerConfiguration Parse(string yaml)
    {
        if (YamlTree.Parse(yaml) is not { Kind: YamlKind.Mapping } document)
        {
            throw new FormatException("is no YAML mapping");
        }

        if (ConfigurationRules.FindProblem(document) is { } problem)
        {
            throw new FormatException(problem);
        }

        return new AlertmanagerConfiguration(
            ReadRoute(document.Find("route")!, null),
            [.. document.ListItems("receivers").Select(ReadReceiver)]);
    }

    /// <summary>Lists who receives an alert, each receiver once.</summary>
    public IReadOnlyList<ConfiguredReceiver> ListReceivers(IReadOnlyDictionary<string, string> labels) =>
    [
        .. Root.ListReached(labels)
            .Select(path => path.Route.Receiver)
            .Distinct(StringComparer.Ordinal)
            .Select(name => Receivers.First(receiver => receiver.Name == name)),
    ];

    /// <summary>Reads the matchers of a route in all forms that there are.</summary>
    /// <exception cref="FormatException">Alertmanager would refuse one.</exception>
    public static IReadOnlyList<LabelMatcher> ReadMatchers(YamlNode route) =>
    [
        .. (route.Find("match")?.Members ?? []).Select(member => LabelMatcher.Create(member.Key.Text, "=", member.Value.Text)),
        .. (route.Find("match_re")?.Members ?? []).Select(member => LabelMatcher.Create(member.Key.Text, "=~", member.Value.Text)),
        .. route.ListItems("matchers").SelectMany(item => MatcherReader.Read(item.Text)),
    ];

    private static Route ReadRoute(YamlNode node, Route? parent)
    {
        var route = new Route
        {
            Receiver = node.FindText("receiver") is { Length: > 0 } receiver ? receiver : parent?.Receiver ?? string.Empty,
            Matchers = ReadMatchers(node),
            Continues = node.FindText("continue") is { } text && ConfigurationRules.IsTrue(text),
        };
        route = route with
        {
            GroupWait = ReadTime(node, "group_wait") ?? parent?.GroupWait ?? route.GroupWait,
            GroupInterval = ReadTime(node, "group_interval") ?? parent?.GroupInterval ?? route.GroupInterval,
        };
        return route with { Routes = [.. node.ListItems("routes").Select(child => ReadRoute(child, route))] };
    }

    private static TimeSpan? ReadTime(YamlNode route, string name) =>
        route.FindText(name) is { } text ? ConfigurationRules.ParseDuration(text) : null;

    private static ConfiguredReceiver ReadReceiver(YamlNode receiver) => new(
        receiver.FindText("name") ?? string.Empty,
        [
            .. receiver.Members
                .Where(member => member.Key.Text.EndsWith(Suffix, StringComparison.Ordinal))
                .SelectMany(member => member.Value.Items.Select(_ => member.Key.Text[..^Suffix.Length])),
        ]);
}
