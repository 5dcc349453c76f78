namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// Where a kubeconfig is looked for: from the place where the user is in PowerShell, not from the folder in which the process runs.
/// </summary>
[Collection(Alone.Name)]
public sealed class KubeconfigPlaceTests : IDisposable
{
    private const string Variable = "KUBECONFIG";

    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    [Theory]
    [InlineData("./proj.yaml")]
    [InlineData("proj.yaml")]
    [InlineData("../proj/proj.yaml")]
    [InlineData("~/proj.yaml")]
    [InlineData("work:/proj.yaml")]
    [InlineData("work:proj.yaml")]
    [InlineData("none.yaml|./proj.yaml")]
    [InlineData("work:/proj.yaml|./empty.yaml")]
    public async Task A_named_kubeconfig_starts_where_the_user_is_and_Tab_offers_its_contexts(string named)
    {
        await using var stage = await StartAsync();
        var path = named.Replace('|', Path.PathSeparator);

        var result = await stage.Session.InvokeAsync($"Get-MilvusInstance -Kubeconfig \"{path}\" -WarningAction Ignore -Verbose");

        Assert.Empty(result.Errors);
        Assert.Equal(["embedded"], stage.Complete($"Get-KubePrometheus -Kubeconfig \"{path}\" -Context "));
    }

    [Theory]
    [InlineData("./proj.yaml", "")]
    [InlineData("proj.yaml", "")]
    [InlineData("none.yaml|proj.yaml", "")]
    [InlineData("proj.yaml", "$null = $ExecutionContext.SessionState.Path.SetLocation('Env:')")]
    [InlineData("~/proj.yaml", "")]
    public async Task The_variable_starts_where_the_user_is(string value, string more)
    {
        await using var stage = await StartAsync();
        Environment.SetEnvironmentVariable(Variable, value.Replace('|', Path.PathSeparator));

        var result = await stage.Session.InvokeAsync($"{more}\nGet-MilvusInstance -WarningAction Ignore");

        Assert.Empty(result.Errors);
        Assert.Equal(["embedded"], stage.Complete("Get-KubePrometheus -Context "));
        Assert.Contains("kube-system", stage.Complete("Get-MilvusInstance -Namespace kube-s"));
    }

    [Fact]
    public async Task A_file_whose_name_has_a_colon_wins_over_the_separator()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a name cannot have a colon");
        await using var stage = await StartAsync();
        File.Copy(stage.Kubeconfig, Path.Combine(stage.Folder, "proj", "a:b.yaml"));

        Assert.Empty((await stage.Session.InvokeAsync("Get-MilvusInstance -Kubeconfig 'a:b.yaml' -WarningAction Ignore")).Errors);
        Assert.Equal(["embedded"], stage.Complete("Get-KubePrometheus -Kubeconfig 'a:b.yaml' -Context "));
    }

    [Fact]
    public async Task A_credential_plugin_starts_where_the_user_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the plugin is a shell script");
        await using var stage = await StartAsync();
        var kubeconfig = stage.WriteExecKubeconfig("pwd -P > pwd.txt; exit 3");

        var result = await stage.Session.InvokeAsync("param($path) Get-MilvusInstance -Kubeconfig $path", new { path = kubeconfig });

        Assert.Equal([ErrorId.CredentialPluginFailed], result.ErrorIds);
        Assert.EndsWith("/proj", File.ReadAllText(Path.Combine(stage.Folder, "proj", "pwd.txt")).Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kubeconfig_that_is_nowhere_is_one_error_and_no_completion()
    {
        await using var stage = await StartAsync();

        Assert.Equal(
            [ErrorId.KubeconfigNotFound],
            (await stage.Session.InvokeAsync("Get-MilvusInstance -Kubeconfig nodrive:/a.yaml")).ErrorIds);
        Assert.Empty(stage.Complete("Get-KubePrometheus -Kubeconfig nodrive:/a.yaml -Context "));
    }

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, _before);

    /// <summary>A session in the folder <c>proj</c>, which is also the home folder and the drive <c>work</c>.</summary>
    private static async Task<Stage> StartAsync()
    {
        var stage = await Stage.StartAsync();
        var folder = Path.GetDirectoryName(stage.WriteFile("proj/proj.yaml", File.ReadAllText(stage.Kubeconfig)))!;
        stage.WriteFile("proj/empty.yaml", "");
        (await stage.Session.InvokeAsync(
            """
            param($folder)
            $state = $ExecutionContext.SessionState
            $files = $state.Provider.GetOne('FileSystem')
            $files.Home = $folder
            $null = $state.Drive.New([System.Management.Automation.PSDriveInfo]::new('work', $files, $folder, '', $null), 'Global')
            $null = $state.Path.SetLocation($folder)
            """,
            new { folder })).EnsureNoError();
        return stage;
    }
}
