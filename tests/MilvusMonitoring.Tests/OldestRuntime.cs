using System.Runtime.InteropServices;

namespace MilvusMonitoring.Tests;

/// <summary>The campaigns with the oldest runtime that the module is for, from NuGet.</summary>
public sealed class OldestRuntime : IAsyncLifetime
{
    // A package or a version that is not there, or no answer from where they come.
    private static readonly string[] NotServed = ["NU1101", "NU1102", "NU1103", "NU1301", "NETSDK1127"];

    private readonly TemporaryFolder _folder = new();

    /// <summary>Why it cannot be had; null where it can.</summary>
    internal string? Missing { get; private set; }

    /// <summary>The program.</summary>
    internal string Campaigns =>
        _folder.PathOf(OperatingSystem.IsWindows() ? "program/MilvusMonitoring.Campaigns.exe" : "program/MilvusMonitoring.Campaigns");

    public async ValueTask InitializeAsync()
    {
        // Nothing that others look at while this is built: no folder of the tree, and the module elsewhere.
        var result = await ChildProcess.RunAsync(
            "dotnet",
            [
                "publish",
                Path.Combine(BuiltTree.Root, "tests", "Campaigns"),
                "--runtime",
                RuntimeInformation.RuntimeIdentifier,
                "--self-contained",
                "--artifacts-path",
                _folder.PathOf("artifacts"),
                "--output",
                _folder.PathOf("program"),
                "-p:TestFramework=net8.0",
                "-p:AheadOfTime=false",
                $"-p:ModuleOutput={_folder.PathOf("module")}/",
                "-p:RunAnalyzers=false",
                "-p:UseSharedCompilation=false",
                "-nodeReuse:false",
                "-m:1",
            ],
            Limits.Program);
        var log = result.Output + result.Errors;
        Missing =
            result.ExitCode != 0 && NotServed.Any(log.Contains)
                ? $"the runtime of .NET 8 cannot be had here: {log.Split('\n').First(line => NotServed.Any(line.Contains)).Trim()}"
                : null;
        Assert.True(Missing is not null || result.ExitCode == 0, log);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
