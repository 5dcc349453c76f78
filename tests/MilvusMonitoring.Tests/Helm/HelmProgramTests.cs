using MilvusMonitoring.Milvus.Helm;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Tests.Helm;

/// <summary>A helm that is a batch file, on a Windows that Linux plays.</summary>
public sealed class HelmProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_batch_file_is_run_by_cmd_and_gets_no_argument_that_cmd_would_change()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "cmd.exe is played by a POSIX shell");
        var helm = _folder.Write("helm.cmd", "");
        _folder.WriteScript("System32/cmd.exe", "printf '%s ' \"$@\" > \"$0.args\"; echo v3.17.0");
        var windows = SystemPrograms.Current with
        {
            System = SystemKind.Windows,
            Variable = name => name == "SystemRoot" ? _folder.Path : null,
        };

        var program = await HelmProgram.GetAsync(helm, windows, TestContext.Current.CancellationToken);

        Assert.StartsWith(
            $"/d /e:on /v:off /s /c {helm} version ",
            await File.ReadAllTextAsync(_folder.PathOf("System32/cmd.exe.args"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<MonitoringException>(() =>
            program.ShowChartAsync("https://charts/my%20chart", TestContext.Current.CancellationToken));
        Assert.Equal(ErrorId.HelmNotFound, refused.ErrorId);
        Assert.StartsWith(
            $"{helm} is a batch file, and its argument 3 has %, which cmd.exe passes to no batch file unchanged; name the program helm.exe",
            refused.Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
