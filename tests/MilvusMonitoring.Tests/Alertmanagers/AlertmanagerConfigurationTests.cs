using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MilvusMonitoring.Alertmanagers;

namespace MilvusMonitoring.Tests.Alertmanagers;

/// <summary>Who receives an alert, held to the real amtool.</summary>
public sealed class AlertmanagerConfigurationTests
{
    private const int Trees = 40;

    private static readonly string[] Values = ["", "critical", "warning", "info", "milvus", "a b", "x|y", "4"];
    private static readonly string[] Names = ["severity", "namespace", "team"];

    [Fact]
    public async Task Generated_trees_lead_each_alert_to_the_receivers_that_amtool_names()
    {
        using var amtool = new Amtool();
        var random = new Random(20261130);
        for (var tree = 0; tree < Trees; tree++)
        {
            var text = Generate(random);
            var configuration = AlertmanagerConfiguration.Parse(text);
            var labels = Names.Where(_ => random.Next(4) > 0)
                .ToDictionary(name => name, _ => Values[random.Next(1, Values.Length)], StringComparer.Ordinal);
            var reached = configuration.Root.ListReached(labels).Select(path => path.Route.Receiver).Distinct();
            var expected = (await amtool.RouteAsync(text, labels)).Distinct();
            Assert.True(
                expected.SequenceEqual(reached),
                $"{string.Join(',', expected)} != {string.Join(',', reached)} for {string.Join(' ', labels)} in\n{text}");
        }
    }

    [Theory]
    [InlineData("severity = critical", "severity=\"critical\"")]
    [InlineData("severity=~warning|info", "severity=~\"warning|info\"")]
    [InlineData("{a=\"b\", c!~\"d,e\"}", "a=\"b\",c!~\"d,e\"")]
    [InlineData("foo = \"a \\\"b\\\" \\\\ c\"", "foo=\"a \\\"b\\\" \\\\ c\"")]
    [InlineData("foo =", "foo=\"\"")]
    [InlineData("\"foo\" = \"bar\"", "foo=\"bar\"")]
    [InlineData("a=1,", "a=\"1\"")]
    [InlineData("{foo = bar", "foo=\"bar\"")]
    public void Matchers_are_read_as_Alertmanager_reads_them(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', MatcherReader.Read(text)));

    [Theory]
    [InlineData("severity")]
    [InlineData("a-b = c")]
    [InlineData("foo = \"bar")]
    [InlineData("foo = b\"ar")]
    [InlineData("foo =~ (")]
    public async Task What_is_no_matcher_is_refused_as_amtool_refuses_it(string text)
    {
        Assert.Throws<FormatException>(() => MatcherReader.Read(text));
        using var amtool = new Amtool();
        Assert.False((await amtool.CheckAsync(Route($"  routes:\n  - matchers: ['{text}']\n"))).IsTaken);
    }

    [Theory]
    [InlineData("route: {receiver: a}\nreceivers: [{name: a}]", true)]
    [InlineData("route: {receiver: b}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a}\nreceivers: [{name: a}, {name: a}]", false)]
    [InlineData("route: {receiver: a}\nreceivers: [{webhook_configs: []}]", false)]
    [InlineData("receivers: [{name: a}]", false)]
    [InlineData("route: {group_by: [x]}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, matchers: ['x=y']}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, match: {x: y}}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, continue: true}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, group_wait: 1.5s}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, group_wait: 0s}\nreceivers: [{name: a}]", true)]
    [InlineData("route: {receiver: a, group_interval: 0s}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, repeat_interval: 0s}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, group_by: [x, x]}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, group_by: ['...', x]}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, routes: [{receiver: c}]}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, routes: [{match_re: {x: '('}}]}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, routes: [{mute_time_intervals: [n]}]}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a, rcvr: b}\nreceivers: [{name: a}]", false)]
    [InlineData("route: {receiver: a}\nreceivers: [{name: a}]\nsilences: []", false)]
    [InlineData("route: {receiver: a}\nreceivers: [{name: a}]\ninhibit_rules: [{source_matchers: ['x'], target_matchers: ['a=b']}]", false)]
    [InlineData("route: &r {receiver: a}\nreceivers: [{name: a}]\ninhibit_rules: []", true)]
    public async Task A_configuration_is_taken_where_amtool_takes_it(string text, bool isTaken)
    {
        using var amtool = new Amtool();
        var (isReallyTaken, said) = await amtool.CheckAsync(text);
        Assert.True(isTaken == isReallyTaken, said);
        var refusal = Record.Exception(() => AlertmanagerConfiguration.Parse(text));
        Assert.True(isTaken ? refusal is null : refusal is FormatException, refusal?.ToString() ?? "it was taken");
    }

    [Fact]
    public void What_the_real_Alertmanager_shows_is_read()
    {
        var status = OperatorRecordings.Read("alertmanager-api_v2_status.json");
        var configuration = AlertmanagerConfiguration.Parse((string)status["config"]!["original"]!);
        var labels = new Dictionary<string, string> { ["alertname"] = "TargetDown", ["namespace"] = "monitoring", ["severity"] = "warning" };
        Assert.Equal(["monitoring/milvus/hook"], configuration.ListReceivers(labels).Select(receiver => receiver.Name));
        Assert.Equal(["webhook"], configuration.ListReceivers(labels)[0].Integrations);
        Assert.Equal(TimeSpan.FromSeconds(1), configuration.Root.ListReached(labels)[0].Route.GroupWait);

        // Every alert that was recorded went where its labels lead.
        foreach (var alert in JsonNode.Parse(File.ReadAllBytes(OperatorRecordings.PathOf("alertmanager-api_v2_alerts.json")))!.AsArray())
        {
            var own = alert!["labels"]!.AsObject().ToDictionary(label => label.Key, label => (string)label.Value!);
            Assert.Equal(
                alert["receivers"]!.AsArray().Select(receiver => (string?)receiver!["name"]),
                configuration.ListReceivers(own).Select(receiver => receiver.Name));
        }
    }

    private static string Route(string more) => $"route:\n  receiver: a\n{more}receivers:\n- name: a\n";

    private static string Generate(Random random)
    {
        var text = new StringBuilder("route:\n  receiver: r0\n");
        var receivers = 1;
        AddRoutes("  ", depth: 0);
        text.Append("receivers:\n");
        for (var receiver = 0; receiver < receivers; receiver++)
        {
            text.Append(CultureInfo.InvariantCulture, $"- name: r{receiver}\n");
        }

        return text.ToString();

        void AddRoutes(string pad, int depth)
        {
            var count = random.Next(depth == 0 ? 2 : 0, 4 - depth);
            if (count > 0)
            {
                text.Append(pad).Append("routes:\n");
            }

            for (var route = 0; route < count; route++)
            {
                text.Append(pad).Append(CultureInfo.InvariantCulture, $"- continue: {(random.Next(2) == 0 ? "true" : "false")}\n");
                if (random.Next(4) > 0)
                {
                    text.Append(pad).Append(CultureInfo.InvariantCulture, $"  receiver: r{receivers++}\n");
                }

                AddMatchers(pad + "  ");
                if (depth < 2)
                {
                    AddRoutes(pad + "  ", depth + 1);
                }
            }
        }

        void AddMatchers(string pad)
        {
            var (name, value) = (Names[random.Next(Names.Length)], Values[random.Next(Values.Length)]);
            var operation = ((string[])["=", "!=", "=~", "!~"])[random.Next(4)];
            text.Append(pad).Append(random.Next(5) switch
            {
                0 => $"match: {{{name}: '{value}'}}\n",
                1 => $"match_re: {{{name}: '{value}.*|z'}}\n",
                2 => $"matchers: ['{name} {operation} \"{value}\"']\n",
                3 => $"matchers: ['{{{name}{operation}\"{value}\",team!=\"z\"}}']\n",
                _ => $"matchers: ['{name}{operation}{value}', 'team =~ .*']\n",
            });
        }
    }
}
