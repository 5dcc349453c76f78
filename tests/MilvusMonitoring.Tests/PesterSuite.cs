using System.Text.Json;

namespace MilvusMonitoring.Tests;

/// <summary>The user stories of tests/Pester, run once in a real pwsh; each of them is one test here.</summary>
public sealed class PesterSuite
{
    [Theory]
    [MemberData(nameof(RunAsync), DisableDiscoveryEnumeration = true)]
    public void Story(string name, string failure) => Assert.True(failure.Length == 0, $"{name}\n{failure}");

    public static async Task<IReadOnlyCollection<TheoryDataRow<string, string>>> RunAsync()
    {
        if (!Programs.OnPath("pwsh"))
        {
            return [new TheoryDataRow<string, string>("Every story", "") { Skip = "pwsh is not on PATH." }];
        }

        using var folder = new TemporaryFolder();
        var results = Path.Combine(folder.Path, "results.json");

        // A file that fails before its stories are known has none to fail: it counts as one itself.
        var script = $$"""
            Import-Module '{{BuiltTree.Recorded("Pester")}}'
            $configuration = New-PesterConfiguration
            $configuration.Run.Path = '{{BuiltTree.Root}}tests/Pester'
            $configuration.Run.PassThru = $true
            $suite = Invoke-Pester -Configuration $configuration
            @(
                $suite.Tests | ForEach-Object { @{ Name = $_.ExpandedPath; Result = $_.Result; Message = $_.ErrorRecord -join "`n" } }
                $suite.FailedContainers | ForEach-Object { @{ Name = "$($_.Item)"; Result = 'Failed'; Message = $_.ErrorRecord -join "`n" } }
            ) | ConvertTo-Json -AsArray | Set-Content '{{results}}'
            """;
        var run = await ChildProcess.RunAsync("pwsh", ["-NoProfile", "-NonInteractive", "-Command", script], Limits.Program);
        return File.Exists(results)
            ? [.. JsonSerializer.Deserialize<List<Outcome>>(await File.ReadAllTextAsync(results))!.Select(Row)]
            : throw new InvalidOperationException($"Pester left no results.\n{run.Output}{run.Errors}");
    }

    private static TheoryDataRow<string, string> Row(Outcome story) => story.Result switch
    {
        "Passed" => new(story.Name, ""),
        "Skipped" or "Inconclusive" => new(story.Name, "") { Skip = story.Message.Length > 0 ? story.Message : "Pester skipped it." },
        _ => new(story.Name, $"{story.Result}: {story.Message}"),
    };

    private sealed record Outcome(string Name, string Result, string Message);
}
