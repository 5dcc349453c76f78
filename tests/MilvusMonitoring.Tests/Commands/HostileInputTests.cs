namespace MilvusMonitoring.Tests.Commands;

/// <summary>What is typed or pointed at wrongly: refused in words before anything is sent.</summary>
public sealed class HostileInputTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("2d")]
    [InlineData("soon")]
    [InlineData("''")]
    [InlineData("$null")]
    [InlineData("25h")]
    [InlineData("([double]::NaN)")]
    [InlineData("1e300")]
    [InlineData("1e19")]
    public async Task A_timeout_that_is_no_time_is_refused(string value)
    {
        await using var session = await PowerShellSession.StartAsync();
        var error = Assert.Single(
            (await session.InvokeAsync($"Install-KubePrometheus -Kubeconfig none -Path none -Timeout {value}")).Errors);
        Assert.StartsWith("ParameterArgumentTransformationError,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("give seconds (300), 90s, 5m, 1h or a TimeSpan", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-MilvusInstance '[a' -Kubeconfig $c")]
    [InlineData("Get-MilvusServiceMonitor '[a' -Kubeconfig $c")]
    [InlineData("Get-MilvusAlertReceiver '[a' -Kubeconfig $c")]
    [InlineData("Install-MilvusDashboard '[a' -Kubeconfig $c")]
    [InlineData("Save-MilvusDashboard '[a' -Destination .")]
    [InlineData("Stop-MonitoringPortForward '[a'")]
    public async Task A_pattern_that_is_none_is_refused(string command)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        Assert.Contains("'[a' is not a valid wildcard pattern", (await stage.RunAsync(command)).OnlyError(ErrorId.ParameterInvalid), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_of_something_else_than_the_file_system_is_refused()
    {
        await using var session = await PowerShellSession.StartAsync();
        var error = (await session.InvokeAsync("Save-MilvusDashboard -Destination Env:/dashboards")).OnlyError(ErrorId.ParameterInvalid);
        Assert.Contains("Env:/dashboards is a path of Environment, not of the file system", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_and_a_path_together_are_refused()
    {
        await using var session = await PowerShellSession.StartAsync();
        foreach (var command in (string[])["Install-KubePrometheus", "Uninstall-KubePrometheus"])
        {
            var error = Assert.Single((await session.InvokeAsync($"{command} -Kubeconfig none -Version v0.18.0 -Path none")).Errors);
            Assert.StartsWith("AmbiguousParameterSet,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_path_without_manifests_is_refused_and_nothing_is_sent()
    {
        await using var stage = await Stage.StartAsync();
        var cases = new (string Path, string ErrorId)[]
        {
            (Path.Combine(stage.Folder, "nothing-here"), ErrorId.ManifestNotFound),
            (stage.WriteFile("notes.tar.gz", "this is no archive"), ErrorId.ArchiveInvalid),
            (stage.WriteFile("notes.zip", "this is no archive"), ErrorId.ArchiveInvalid),
            (stage.WriteFile("notes.txt", "this is no archive"), ErrorId.ArchiveInvalid),
            (Directory.CreateDirectory(Path.Combine(stage.Folder, "empty")).FullName, ErrorId.ManifestNotFound),
        };
        foreach (var (path, errorId) in cases)
        {
            var result = await stage.InstallAsync(path: path);
            Assert.Equal([errorId], result.ErrorIds);
            Assert.Contains(Path.GetFileName(path), Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }

        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task The_same_object_twice_with_different_content_is_refused_and_nothing_is_sent()
    {
        await using var stage = await Stage.StartAsync();
        var twice = stage.CopyManifests("twice", folder =>
            File.WriteAllText(
                Path.Combine(folder, "zz-again.yaml"),
                File.ReadAllText(Path.Combine(folder, "grafana-service.yaml")).Replace("3000", "3001", StringComparison.Ordinal)));
        var result = await stage.InstallAsync(path: twice);
        Assert.Equal([ErrorId.ManifestInvalid], result.ErrorIds);
        Assert.Contains("Service/monitoring/grafana", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }
}
