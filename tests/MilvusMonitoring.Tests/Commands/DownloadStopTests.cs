using System.Diagnostics;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Ctrl+C while a release is downloaded, from a source that the environment names.</summary>
[Collection(Alone.Name)]
public sealed class DownloadStopTests
{
    [Fact]
    public async Task Ctrl_C_ends_a_download_that_hangs()
    {
        await using var source = await LocalSource.StartAsync();
        source.Answer = async (context, _) =>
        {
            await context.Response.Body.WriteAsync(new byte[] { 0x1f, 0x8b });
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        await using var stage = await Stage.StartAsync();
        Environment.SetEnvironmentVariable("MILVUSMONITORING_RELEASE_SOURCE", source.Address + "/{version}.tar.gz");
        Environment.SetEnvironmentVariable("MILVUSMONITORING_CACHE", Path.Combine(stage.Folder, "cache"));
        try
        {
            var installing = stage.Session.InvokeAsync(
                "param($kubeconfig) Install-KubePrometheus v0.18.0 -Kubeconfig $kubeconfig",
                new { kubeconfig = stage.Kubeconfig });
            await Stage.UntilAsync(() => !source.Requests.IsEmpty);
            var clock = Stopwatch.StartNew();
            await stage.Session.StopAsync();
            Assert.True((await installing).Stopped);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
            Assert.Empty(stage.Cluster.Requests.Writes);
        }
        finally
        {
            Environment.SetEnvironmentVariable("MILVUSMONITORING_RELEASE_SOURCE", null);
            Environment.SetEnvironmentVariable("MILVUSMONITORING_CACHE", null);
        }
    }
}
