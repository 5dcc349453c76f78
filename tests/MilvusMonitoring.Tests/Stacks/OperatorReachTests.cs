using System.Text.Json;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.Tests.Stacks;

public sealed class OperatorReachTests
{
    private static readonly string[] Places = ["kps", "monitoring", "team-a"];

    [Theory]
    [InlineData("""[]""", "kps monitoring team-a")]
    [InlineData("""["--namespaces=team-a,kps"]""", "kps team-a")]
    [InlineData("""["-namespaces","team-a"]""", "team-a")]
    [InlineData("""["--namespaces="]""", "kps monitoring team-a")]
    [InlineData("""["--namespaces=$(WATCHED)"]""", "team-a")]
    [InlineData("""["--namespaces=$(HOME)"]""", "kps")]
    [InlineData("""["--namespaces=$(TARGETS)"]""", "monitoring")]
    [InlineData("""["--deny-namespaces=monitoring"]""", "kps team-a")]
    [InlineData("""["--namespaces=kps,monitoring","--prometheus-instance-namespaces=kps"]""", "kps")]
    [InlineData("""["--controller-id=kps/operator"]""", "")]
    public void The_arguments_of_an_operator_say_whose_Prometheus_it_runs(string arguments, string expected)
    {
        var container = JsonDocument.Parse($$"""
            {"args":{{arguments}},"env":[{"name":"WATCHED","value":"team-a"},{"name":"HOME","valueFrom":{"fieldRef":{"fieldPath":"metadata.namespace"} } },
             {"name":"TARGETS","valueFrom":{"fieldRef":{"fieldPath":"metadata.annotations['olm.targetNamespaces']"} } }]}
            """).RootElement;
        var template = JsonDocument.Parse("""{"metadata":{"annotations":{"olm.targetNamespaces":"monitoring"} } }""").RootElement;

        var reach = OperatorReach.Read(container, template, "kps");

        Assert.Equal(expected, string.Join(' ', Places.Where(place => reach.Runs(place, null))));
    }

    [Fact]
    public void An_operator_with_an_id_runs_the_resources_that_name_it()
    {
        var container = JsonDocument.Parse("""{"args":["--controller-id=kps/operator"]}""").RootElement;

        var reach = OperatorReach.Read(container, default, "kps");

        Assert.True(reach.Runs("monitoring", "kps/operator"));
        Assert.False(reach.Runs("monitoring", "other"));
    }
}
