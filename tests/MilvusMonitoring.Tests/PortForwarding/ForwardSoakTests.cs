using System.Diagnostics;
using System.Globalization;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>
/// Pods are replaced one after the other under steady traffic, as in a rolling update that does not end. <c>SOAK_SECONDS</c> makes it last
/// longer than the 8 s of every run.
/// </summary>
public sealed class ForwardSoakTests
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task No_request_fails_while_pods_are_replaced()
    {
        var length = TimeSpan.FromSeconds(
            Environment.GetEnvironmentVariable("SOAK_SECONDS") is { Length: > 0 } seconds
                ? double.Parse(seconds, CultureInfo.InvariantCulture)
                : 8);
        await using var stage = await ForwardStage.StartAsync(
            new ClusterOptions
            {
                PodStopDelay = TimeSpan.FromSeconds(1),
                PodRemovalDelay = TimeSpan.FromMilliseconds(200),
                Forward = new ForwardOptions { CloseDelay = TimeSpan.FromMilliseconds(50) },
            });
        var forward = await stage.StartForwardAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        over.CancelAfter(length);
        var answers = new Dictionary<string, int>(StringComparer.Ordinal);
        var failures = new List<string>();
        var clock = Stopwatch.StartNew();

        var replacing = ReplaceAsync(stage, over.Token);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => AskAsync(forward, answers, failures, clock, over.Token)));
        var replaced = await replacing;

        Assert.Empty(failures);
        Assert.True(replaced >= (int)(length / Between) - 1, $"only {replaced} pods were replaced");
        Assert.True(forward.Reconnects > 0, "the pod never changed");
        TestContext.Current.SendDiagnosticMessage(
            $"{answers.Values.Sum()} requests, {replaced} pods replaced, {forward.Reconnects} changes of pod, answers: "
                + $"{string.Join(", ", answers)}"
        );
    }

    private static async Task AskAsync(
        MonitoringPortForward forward,
        Dictionary<string, int> answers,
        List<string> failures,
        Stopwatch clock,
        CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            string answer;
            try
            {
                answer = await ForwardStage.GetAsync(forward);
            }
            catch (HttpRequestException exception)
            {
                lock (failures)
                {
                    failures.Add(
                        $"{clock.Elapsed}: {exception.InnerException?.Message ?? exception.Message} (pod {forward.Pod}, "
                            + $"{forward.State}, {forward.LastError})"
                    );
                }

                continue;
            }

            lock (answers)
            {
                answers[answer] = answers.GetValueOrDefault(answer) + 1;
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <returns>How many pods were replaced.</returns>
    private static async Task<int> ReplaceAsync(ForwardStage stage, CancellationToken cancellationToken)
    {
        var replaced = 0;
        while (true)
        {
            try
            {
                await Task.Delay(Between, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return replaced;
            }

            stage.Cluster.Remove("v1", "Pod", "monitoring", $"prometheus-k8s-{replaced % 2}");
            replaced++;
        }
    }
}
