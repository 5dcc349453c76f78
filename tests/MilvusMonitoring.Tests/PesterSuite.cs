using System.Xml.Linq;

namespace MilvusMonitoring.Tests;

/// <summary>The user stories of tests/Pester, run once in a real pwsh; each of them is one test here.</summary>
public sealed class PesterSuite
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Theory]
    [MemberData(nameof(RunAsync), DisableDiscoveryEnumeration = true)]
    public void Story(string name, string failure) => Assert.True(failure.Length == 0, $"{name}\n{failure}");

    public static async Task<IReadOnlyCollection<TheoryDataRow<string, string>>> RunAsync()
    {
        if (await WhyNotAsync() is { } reason)
        {
            return [new TheoryDataRow<string, string>("Every story", "") { Skip = reason }];
        }

        var results = Path.Combine(Directory.CreateTempSubdirectory("pester-").FullName, "results.xml");
        try
        {
            var run = await PwshAsync($$"""
                $configuration = New-PesterConfiguration
                $configuration.Run.Path = '{{BuiltTree.Root}}tests/Pester'
                $configuration.Output.Verbosity = 'Detailed'
                $configuration.TestResult.Enabled = $true
                $configuration.TestResult.OutputPath = '{{results}}'
                Invoke-Pester -Configuration $configuration
                """);
            return File.Exists(results)
                ? Read(results)
                : throw new InvalidOperationException($"Pester left no results.\n{run.Output}{run.Errors}");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(results)!, recursive: true);
        }
    }

    private static List<TheoryDataRow<string, string>> Read(string results)
    {
        List<TheoryDataRow<string, string>> rows = [];
        foreach (var story in XDocument.Load(results).Descendants("test-case"))
        {
            var result = (string?)story.Attribute("result");
            var failure = result == "Success" ? "" : story.Element("failure")?.Element("message")?.Value ?? result ?? "no result";
            var row = new TheoryDataRow<string, string>((string)story.Attribute("name")!, failure);
            if (result is "Ignored" or "Skipped" or "Inconclusive")
            {
                row.Skip = story.Element("reason")?.Element("message")?.Value is { Length: > 0 } said ? said : "Pester skipped it.";
            }

            rows.Add(row);
        }

        // A file that fails outside of its tests leaves no test case, only a failed suite.
        rows.AddRange(
            from suite in XDocument.Load(results).Descendants("test-suite")
            where (string?)suite.Attribute("result") == "Failure" && !suite.Descendants("test-case").Any()
            where !suite.Descendants("test-suite").Any()
            select new TheoryDataRow<string, string>((string)suite.Attribute("name")!, suite.Value.Length > 0 ? suite.Value : "failed outside of its tests"));
        return rows;
    }

    private static async Task<string?> WhyNotAsync()
    {
        if (!Programs.OnPath("pwsh"))
        {
            return "pwsh is not on PATH.";
        }

        var found = await PwshAsync("(Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 }).Count");
        return found.Output.Trim() is "" or "0" ? "pwsh has no Pester 5." : null;
    }

    private static Task<ChildResult> PwshAsync(string script) =>
        ChildProcess.RunAsync("pwsh", ["-NoProfile", "-NonInteractive", "-Command", script], Limit);
}
