namespace MilvusMonitoring.Tests;

/// <summary>Importing the built module into a process of its own, where nothing else is loaded.</summary>
public sealed class ImportTests
{
    private static readonly string Import = $"Import-Module '{BuiltTree.Module}'";

    [Fact]
    public async Task Import_exports_what_the_manifest_names()
    {
        var output = await ChildProcess.RunBareAsync($$"""
            {{Import}}
            $module = Get-Module MilvusMonitoring
            (Test-ModuleManifest '{{BuiltTree.Module}}/MilvusMonitoring.psd1').ExportedCmdlets.Keys | Where-Object { -not $module.ExportedCmdlets.ContainsKey($_) }
            $module.ExportedCmdlets.Values | ForEach-Object { $_.Name }
            """);

        Assert.Contains("Get-KubePrometheus", output);
        Assert.Equal(output.Distinct(), output);
    }

    [Fact]
    public async Task Import_loads_no_client_and_no_yaml()
    {
        var output = await ChildProcess.RunBareAsync($$"""
            {{Import}}
            [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name }
            """);

        Assert.Contains("MilvusMonitoring.Module", output);
        Assert.DoesNotContain("YamlDotNet", output);
        Assert.DoesNotContain("KubernetesClient", output);
        Assert.DoesNotContain("System.Net.Http", output);
    }

    [Theory]
    [InlineData("Import-Module $path -Force")]
    [InlineData("Import-Module $path -Force; Import-Module $path -Force")]
    [InlineData("Remove-Module MilvusMonitoring; Import-Module $path")]
    [InlineData("Import-Module $path -Force; Remove-Module MilvusMonitoring; Import-Module $path")]
    public async Task Cmdlets_work_after_importing_again(string again)
    {
        var output = await ChildProcess.RunBareAsync($$"""
            $path = '{{BuiltTree.Module}}'
            Import-Module $path
            $first = (Get-Command -Module MilvusMonitoring).Count
            {{again}}
            $first -eq (Get-Command -Module MilvusMonitoring).Count
            (Get-Command Get-KubePrometheus).Source
            """);

        Assert.Equal(["True", "MilvusMonitoring"], output);
    }

    [Fact]
    public async Task Removal_leaves_nothing_behind()
    {
        var output = await ChildProcess.RunBareAsync($$"""
            {{Import}}
            Remove-Module MilvusMonitoring
            (Get-Module -All | Where-Object { $_.Path -like '*MilvusMonitoring*' }).Count
            (Get-Command *-KubePrometheus).Count
            """);

        Assert.Equal(["0", "0"], output);
    }

    [Fact]
    public async Task Shared_types_can_be_named_in_a_script()
    {
        var output = await ChildProcess.RunBareAsync(
            $"{Import}; [MilvusMonitoring.ErrorId]::TimedOut; [MilvusMonitoring.ResourceAction]'Unchanged'");

        Assert.Equal(["TimedOut", "Unchanged"], output);
    }

    [Fact]
    public async Task The_same_build_from_another_path_is_welcome()
    {
        using var copy = new ModuleCopy();
        var output = await ChildProcess.RunBareAsync($"{Import}; Import-Module '{copy.Path}'; (Get-Command Get-KubePrometheus).Source");

        Assert.Equal(["MilvusMonitoring"], output);
    }

    [Fact]
    public async Task Another_build_in_the_same_process_is_refused_in_one_line()
    {
        using var other = new ModuleCopy();
        other.MakeAnotherBuild();
        var result = await ChildProcess.RunBareRawAsync(
            $"{Import}; Import-Module '{other.Path}'; (Get-Command Get-KubePrometheus).Module.ModuleBase");

        var line = Assert.Single(ChildProcess.Lines(result.Errors));
        Assert.StartsWith("Another build of MilvusMonitoring is already loaded in this process", line, StringComparison.Ordinal);
        Assert.Contains(other.Path, line, StringComparison.Ordinal);
        Assert.Equal([BuiltTree.Module], ChildProcess.Lines(result.Output));
    }
}
