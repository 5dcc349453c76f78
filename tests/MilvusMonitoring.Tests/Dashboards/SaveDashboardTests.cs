using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>Dashboards as files.</summary>
public sealed class SaveDashboardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_exists_is_refused_before_any_is_written_and_Force_replaces_it()
    {
        using var folder = new TemporaryFolder();
        var theirs = Path.Combine(folder.Path, "milvus-query.json");
        await File.WriteAllTextAsync(theirs, "theirs", Token);
        await using var session = await PowerShellSession.StartAsync();

        foreach (var more in (string[])["-WhatIf", ""])
        {
            var result = await SaveAsync(more);
            Assert.Contains($"{theirs} is not written: the file exists; use -Force", result.OnlyError(ErrorId.FileNotWritten), StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }

        Assert.Equal([theirs], Directory.GetFiles(folder.Path));
        Assert.Equal("theirs", await File.ReadAllTextAsync(theirs, Token));

        Assert.Equal(MilvusDashboards.All.Count, (await SaveAsync("-Force")).EnsureNoError().Output.Count);
        Assert.StartsWith("{", await File.ReadAllTextAsync(theirs, Token), StringComparison.Ordinal);

        Task<PowerShellResult> SaveAsync(string more) => session.InvokeAsync($"Save-MilvusDashboard -Destination '{folder.Path}' {more}");
    }
}
