using System.Management.Automation.Language;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Printing;

/// <summary>What a record says stays one argument of every command line that a message has for copying.</summary>
public sealed class QuotingTests
{
    private const string Option = "--version ";
    private const string Version = "5.0.19\u2019; Get-Injected; \u2018 $(Get-Injected) \" --%";

    [Fact]
    public async Task A_version_is_one_argument_wherever_a_command_line_names_it()
    {
        await using var stage = await Stage.StartAsync();
        await stage.DefineMonitorsAsync();
        Milvus("good", "{}").PutInto(stage.Cluster);
        Milvus("asks", """{"serviceMonitor":{"enabled":true}}""").PutInto(stage.Cluster);
        Milvus("off", """{"enabled":false}""").PutInto(stage.Cluster);

        var enabled = await stage.RunAsync("Enable-MilvusServiceMonitor good -Kubeconfig $c -Verbose");
        await stage.RunAsync("Enable-MilvusServiceMonitor asks -Kubeconfig $c");
        var conflict = await stage.RunAsync("Enable-MilvusServiceMonitor asks -Interval 1m -Kubeconfig $c");
        var disabled = await stage.RunAsync("Disable-MilvusServiceMonitor asks -Kubeconfig $c");
        var tested = await stage.RunAsync("Test-MilvusMonitoring off -Kubeconfig $c");

        AssertQuoted(enabled.Verbose);
        AssertQuoted(conflict.Errors.Select(error => error.Exception.Message));
        AssertQuoted(disabled.Warnings);
        AssertQuoted(tested.OutputOf<MonitoringCheck>().Select(check => check.Remedy ?? ""));
    }

    private static void AssertQuoted(IEnumerable<string> texts)
    {
        var lines = texts.Where(text => text.Contains(Option, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            var script = Parser.ParseInput("helm " + line[line.IndexOf(Option, StringComparison.Ordinal)..], out _, out _);
            var helm = (CommandAst)script.Find(ast => ast is CommandAst, true)!;
            Assert.Equal(Version, Assert.IsType<StringConstantExpressionAst>(helm.CommandElements[2]).Value);
        });
    }

    private static SampleMilvus Milvus(string name, string metrics) =>
        new()
        {
            Name = name,
            ChartVersion = Version,
            Values = new JsonObject { ["cluster"] = new JsonObject { ["enabled"] = false }, ["metrics"] = JsonNode.Parse(metrics) },
        };
}
