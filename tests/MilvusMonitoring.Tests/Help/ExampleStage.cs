using System.Text.Json.Nodes;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Tests.Commands;
using MilvusMonitoring.Tests.PortForwarding;

namespace MilvusMonitoring.Tests.Help;

/// <summary>
/// What the examples of the help take for granted: a cluster with the stack and two Milvus, and the files that they name in the current
/// folder.
/// </summary>
internal sealed class ExampleStage : IAsyncDisposable
{
    public const string Release = "v0.18.0";

    private readonly Stage _stage;
    private readonly WebServer _prometheus;
    private MonitoredCluster? _monitored;

    private ExampleStage(Stage stage, WebServer prometheus, bool hasStack) =>
        (_stage, _prometheus, HasStack) = (stage, prometheus, hasStack);

    public bool HasStack { get; }

    public static async Task<ExampleStage> StartAsync(bool withStack)
    {
        var stage = new ExampleStage(
            await Stage.StartAsync(),
            await WebServer.StartAsync("prometheus", TestContext.Current.CancellationToken),
            withStack);
        await stage.PrepareAsync();
        stage._stage.ForgetWrites();
        return stage;
    }

    /// <summary>Stops what the last example has opened.</summary>
    /// <returns>Whether nothing else is left of it: nothing was written to the cluster.</returns>
    public async Task<bool> IsAsNewAsync()
    {
        (await _stage.Session.InvokeAsync("Stop-MonitoringPortForward -All")).EnsureNoError();
        return _stage.Writes.Count == 0;
    }

    /// <summary>Whether all commands of a script are the module's own or the engine's.</summary>
    public async Task<bool> IsForTheEngineAsync(string code)
    {
        var found = await _stage.Session.InvokeAsync(
            """
            param($code)
            $script = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref] $null, [ref] $null)
            $names = $script.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true).GetCommandName()
            -not ($names | Where-Object { -not (Get-Command $_ -ErrorAction Ignore) })
            """,
            new { code });
        return Assert.Single(found.EnsureNoError().OutputOf<bool>());
    }

    /// <summary>What does not parse, and what the module's own commands could not bind.</summary>
    public async Task<string> FaultsOfAsync(string code)
    {
        var found = await _stage.Session.InvokeAsync(
            """
            param($code)
            $errors = $null
            $script = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref] $null, [ref] $errors)
            $errors.Message
            foreach ($command in $script.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                if ((Get-Command $command.GetCommandName() -ErrorAction Ignore).Source -like 'MilvusMonitoring*') {
                    [System.Management.Automation.Language.StaticParameterBinder]::BindCommand($command).BindingExceptions.Values | ForEach-Object { "${command}: $($_.BindingException.Message)" }
                }
            }
            """,
            new { code });
        return string.Join('\n', found.EnsureNoError().Output);
    }

    /// <summary>Runs an example in the engine; a question is answered with yes, and a port-forward takes any free port.</summary>
    public async Task<string> RunInEngineAsync(string code)
    {
        _stage.Session.Host.Answer("Yes");
        var result = await _stage.Session.InvokeAsync(
            $$"""
            param($c, $folder)
            $PSDefaultParameterValues = @{ '*:Kubeconfig' = $c; 'Start-MonitoringPortForward:LocalPort' = 0 }
            $ErrorActionPreference = 'Stop'
            $ExecutionContext.SessionState.Path.SetLocation($folder)
            & {
            Set-StrictMode -Version Latest
            {{Opened(code)}}
            {{code}}
            }
            """,
            new { c = _stage.Kubeconfig, folder = _stage.Folder });
        return string.Join('\n', result.Errors);
    }

    /// <summary>Runs an example in pwsh.</summary>
    /// <param name="code">The example.</param>
    /// <param name="cache">Where releases are kept; null for none.</param>
    public async Task<string> RunInPwshAsync(string code, string? cache)
    {
        var script = $$"""
            $ErrorActionPreference = 'Stop'
            $PSDefaultParameterValues = @{ 'Start-MonitoringPortForward:LocalPort' = 0 }
            Import-Module '{{BuiltTree.Module}}'
            Set-Location '{{_stage.Folder}}'
            # Somebody types the address of a webhook.
            Set-StrictMode -Version Latest
            function Read-Host { ConvertTo-SecureString -AsPlainText -Force 'https://hooks.example.com/services/a' }
            {{Opened(code)}}
            {{code}}
            """;
        var result = await ChildProcess.RunAsync(
            "pwsh",
            ["-NoProfile", "-NonInteractive", "-Command", script],
            Limits.Program,
            new Dictionary<string, string?>
            {
                ["KUBECONFIG"] = _stage.Kubeconfig,
                ["MILVUSMONITORING_CACHE"] = cache ?? Path.Combine(_stage.Folder, "cache"),
                ["NO_COLOR"] = "1",

                // The runspaces of jobs find the module by its name.
                ["PSModulePath"] = Path.GetDirectoryName(BuiltTree.Module.TrimEnd('/', '\\')) + Path.PathSeparator
                    + Environment.GetEnvironmentVariable("PSModulePath"),
            });
        return result.ExitCode == 0 ? result.Errors : result.Errors + result.Output;
    }

    /// <summary>Has a real Prometheus scrape every Milvus.</summary>
    public async Task ScrapeAsync()
    {
        if (_monitored is not null)
        {
            return;
        }

        _monitored = await MonitoredCluster.StartAsync(_stage.Cluster, servers: 1, TestContext.Current.CancellationToken);
        _monitored.Alertmanager.StandIn!.Pretends = true;
        (
            await _stage.RunAsync(
                "Get-MilvusInstance -Kubeconfig $c | Enable-MilvusServiceMonitor; Grant-PrometheusMilvusAccess -Kubeconfig $c; "
                    + "Test-MilvusMonitoring -Kubeconfig $c -Wait -Timeout 2m"
            )).EnsureNoError();
        _stage.ForgetWrites();
    }

    public async ValueTask DisposeAsync()
    {
        if (_monitored is not null)
        {
            await _monitored.DisposeAsync();
        }

        await _stage.DisposeAsync();
        await _prometheus.DisposeAsync();
    }

    private async Task PrepareAsync()
    {
        var cluster = _stage.Cluster;
        var often = () => JsonNode.Parse("""{"metrics":{"serviceMonitor":{"interval":"2s","scrapeTimeout":"1s"}}}""")!.AsObject();
        new SampleMilvus { Values = often() }.PutInto(cluster);
        new SampleMilvus { Values = often(), Name = "search", Namespace = "milvus" }.PutInto(cluster);
        _stage.Put("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"milvus-staging"}}""");
        cluster.Backends.Serve("monitoring", "app.kubernetes.io/name=prometheus", 9090, _prometheus.EndPoint);

        _stage.WriteFile("staging.yaml", File.ReadAllText(_stage.Kubeconfig).Replace("embedded", "staging", StringComparison.Ordinal));
        _stage.WriteFile(
            "milvus-dashboard.json",
            """{"uid":"official","title":"Milvus 2","panels":[{"type":"graph","title":"a","datasource":"P1","targets":[{"expr":"up"}]}]}""");
        _stage.CopyManifests("manifests", _ => { });
        var manifests = await ManifestSource.ReadAsync(Stage.Manifests, TestContext.Current.CancellationToken);
        await ReleaseArchive.WriteAsync(
            Path.Combine(_stage.Folder, "kube-prometheus-0.18.0.tar.gz"),
            ReleaseCatalog.Get(Release),
            manifests,
            overwrite: false,
            TestContext.Current.CancellationToken);
        if (!HasStack)
        {
            return;
        }

        await _stage.InstalledAsync("-Wait");
        _stage.Put("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"pagerduty","namespace":"monitoring"},"data":{"key":"YWJjZA=="}}""");
        (await _stage.RunAsync("Get-MilvusInstance -Kubeconfig $c my-release | Enable-MilvusServiceMonitor")).EnsureNoError();
        (await _stage.RunAsync("Install-MilvusDashboard Overview -Kubeconfig $c")).EnsureNoError();
    }

    /// <summary>What shows or stops port-forwards takes some for granted.</summary>
    private static string Opened(string code) =>
        code.Contains("-MonitoringPortForward", StringComparison.Ordinal) && !code.Contains("Start-", StringComparison.Ordinal)
            ? "$null = Start-MonitoringPortForward"
            : "";
}
