using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Stacks;

/// <summary><c>Enable-MilvusServiceMonitor</c> where Prometheus selects by labels.</summary>
public sealed class SelectingLabelsTests
{
    private const string Enable = "Enable-MilvusServiceMonitor my-release -Kubeconfig $c ";

    [Fact]
    public async Task The_monitor_gets_the_labels_by_which_Prometheus_selects_and_says_so()
    {
        await using var stage = await StartAsync("kps");

        var result = (await stage.RunAsync(Enable + "-Verbose")).EnsureNoError();

        var monitor = Assert.Single(result.OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Created, "kps"), (monitor.Action, monitor.Labels["release"]));
        Assert.Equal("has the labels release=kps, by which Prometheus/kps/kps selects monitors", monitor.Message);
        Assert.Contains(result.Verbose, line => line.Contains(monitor.Message!, StringComparison.Ordinal));
        Assert.Contains(result.Verbose, line => line.Contains("additionalLabels.release=kps", StringComparison.Ordinal));
        Assert.Empty(result.Warnings);
        Assert.Equal(ResourceAction.Unchanged, (await OneAsync(stage, Enable)).Action);
    }

    [Fact]
    public async Task The_monitor_of_a_Milvus_without_a_record_gets_them_too()
    {
        await using var stage = await StartAsync([], "kps");
        await stage.PutAppliedAsync(new SampleMilvus(), "{}", "{}");

        var monitor = await OneAsync(stage, Enable);

        Assert.Equal((ResourceAction.Created, "kps"), (monitor.Action, monitor.Labels["release"]));
        Assert.Equal("has the labels release=kps, by which Prometheus/kps/kps selects monitors", monitor.Message);
        Assert.Equal(ResourceAction.Unchanged, (await OneAsync(stage, Enable)).Action);
    }

    [Fact]
    public async Task A_label_of_the_user_stays_and_a_choice_between_two_is_not_made()
    {
        await using var stage = await StartAsync("one", "two");

        var undecided = (await stage.RunAsync(Enable)).EnsureNoError();
        Assert.DoesNotContain("release", Assert.Single(undecided.OutputOf<MilvusServiceMonitor>()).Labels.Keys);
        Assert.Contains(undecided.Warnings, warning => warning.Contains("No Prometheus in the cluster selects", StringComparison.Ordinal));
        Assert.Equal("two", (await OneAsync(stage, Enable + "-AdditionalLabel @{ release = 'two' }")).Labels["release"]);
    }

    [Theory]
    [InlineData("$stack")]
    [InlineData(StackCopies.Serialized)]
    [InlineData(StackCopies.Untyped)]
    public async Task A_piped_stack_or_its_copy_chooses_the_Prometheus(string piped)
    {
        await using var stage = await StartAsync("one", "two");

        var monitor = await OneAsync(
            stage,
            "$stack = Get-MonitoringStack -Kubeconfig $c | Where-Object PrometheusName -eq two; "
                + $"{piped} | Enable-MilvusServiceMonitor my-release");

        Assert.Equal(("default", "two"), (monitor.Namespace, monitor.Labels["release"]));
    }

    private static Task<Stage> StartAsync(params string[] stacks) => StartAsync([new SampleMilvus()], stacks);

    private static async Task<Stage> StartAsync(SampleMilvus[] releases, params string[] stacks)
    {
        var stage = await Stage.StartAsync();
        await ForeignStack.DefineAsync(stage, ForeignStack.Helm);
        foreach (var name in stacks)
        {
            ForeignStack.PutNamespace(stage, name);
            ForeignStack.PutPrometheus(stage, name, name, name);
        }

        foreach (var milvus in releases)
        {
            await stage.PutAsync(milvus);
        }

        return stage;
    }

    private static async Task<MilvusServiceMonitor> OneAsync(Stage stage, string script) =>
        Assert.Single((await stage.RunAsync(script)).EnsureNoError().OutputOf<MilvusServiceMonitor>());
}
