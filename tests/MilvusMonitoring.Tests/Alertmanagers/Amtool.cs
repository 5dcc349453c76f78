namespace MilvusMonitoring.Tests.Alertmanagers;

/// <summary>The real amtool, which says what an Alertmanager takes, and where it sends an alert.</summary>
internal sealed class Amtool : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Skips the test where the machine has none.</summary>
    public Amtool() => Assert.SkipWhen(!Programs.OnPath("amtool"), "amtool is not on PATH (Debian: prometheus-alertmanager).");

    /// <summary>Whether the Alertmanager takes a configuration, and what amtool says.</summary>
    public async Task<(bool IsTaken, string Text)> CheckAsync(string configuration)
    {
        var result = await ChildProcess.RunAsync("amtool", ["check-config", _folder.Write("check.yml", configuration)], Limits.Wait);
        return (result.ExitCode == 0, result.Output + result.Errors);
    }

    /// <summary>The receivers of an alert, in order.</summary>
    public async Task<IReadOnlyList<string>> RouteAsync(string configuration, IReadOnlyDictionary<string, string> labels)
    {
        var file = $"--config.file={_folder.Write("route.yml", configuration)}";
        var result = await ChildProcess.RunAsync(
            "amtool",
            ["config", "routes", "test", file, .. labels.Select(label => $"{label.Key}={label.Value}")],
            Limits.Wait);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors + configuration);
        return result.Output.Trim().Split(',');
    }

    public void Dispose() => _folder.Dispose();
}
