using System.Collections;
using MilvusMonitoring.Commands.Completion;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What Tab offers from an embedded cluster.</summary>
public sealed class ClusterCompleterTests : CompleterStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();

    [Theory]
    [InlineData("Kubeconfig", "no/such/file")]
    [InlineData("Context", "no-such-context")]
    public async Task A_cluster_that_cannot_be_asked_offers_nothing_and_throws_nothing(string parameter, string value)
    {
        await using var stage = await Stage.StartAsync();
        var bound = new Hashtable { ["Kubeconfig"] = stage.Kubeconfig, [parameter] = value };

        Assert.Empty(new ClusterCompleter().CompleteArgument("Get-MilvusInstance", "Namespace", "", null!, bound));
    }

    [Fact]
    public void A_parameter_without_a_query_has_no_completions() =>
        Assert.Empty(new ClusterCompleter().CompleteArgument("Get-MilvusInstance", "Verbose", "", null!, new Hashtable()));
}
