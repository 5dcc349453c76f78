using System.Text.RegularExpressions;
using MilvusMonitoring.KubePrometheus.Releases;

namespace MilvusMonitoring.Tests.Help;

/// <summary>Hands one stage to example after example, until one has written to its cluster.</summary>
public sealed partial class ExampleStages : IAsyncDisposable
{
    private readonly TemporaryFolder _cache = new();
    private ExampleStage? _stage;
    private bool _hasRelease;

    /// <summary>The order that needs the fewest stages: what reads, what tests, what writes, what installs.</summary>
    public static int PlaceOf(string code) =>
        Installs().IsMatch(code) ? 3
        : Writes().IsMatch(code) ? 2
        : IsTest(code) ? 1
        : 0;

    /// <summary>A stage as an example takes it for granted: one that installs the stack itself finds none.</summary>
    internal async Task<ExampleStage> TakeAsync(string code)
    {
        var withStack = !Installs().IsMatch(code);
        if (_stage is { } used && (used.HasStack != withStack || !await used.IsAsNewAsync()))
        {
            await EndAsync();
        }

        _stage ??= await ExampleStage.StartAsync(withStack);
        if (IsTest(code))
        {
            await _stage.ScrapeAsync();
        }

        return _stage;
    }

    /// <summary>Puts the real release where the module looks before it downloads.</summary>
    /// <returns>The folder.</returns>
    internal async Task<string> KeepReleaseAsync()
    {
        if (!_hasRelease)
        {
            var files = await RealManifests.ReadAsync(ExampleStage.Release);
            await new ReleaseCache(_cache.Path).KeepAsync(
                ReleaseCatalog.Get(ExampleStage.Release),
                files,
                new RecordingSink(),
                TestContext.Current.CancellationToken);
            _hasRelease = true;
        }

        return _cache.Path;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _cache.Dispose();
    }

    private async Task EndAsync()
    {
        if (_stage is { } stage)
        {
            _stage = null;
            await stage.DisposeAsync();
        }
    }

    /// <summary>Whether an example asks Prometheus or Alertmanager.</summary>
    public static bool IsTest(string code) => AsksServers().IsMatch(code);

    [GeneratedRegex(@"\b(Test-MilvusMonitoring|Test-MilvusAlert|Get-MilvusAlert|Get-MilvusAlertRule|Get-MilvusDashboard|Install-MilvusDashboard -Wait)\b")]
    private static partial Regex AsksServers();

    [GeneratedRegex(@"\bInstall-KubePrometheus")]
    private static partial Regex Installs();

    [GeneratedRegex(@"\b(Install|Enable|Disable|Grant|Revoke|Uninstall|Set|Remove)-(?!.*-WhatIf)", RegexOptions.Singleline)]
    private static partial Regex Writes();
}
