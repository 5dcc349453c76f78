using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Help;

/// <summary>docs/fleet.md, run as it stands on a small fleet: one cluster is dead, one is slow, and one refuses the caller.</summary>
public sealed class FleetPageTests
{
    private const string Dead = "dead";
    private const string Slow = "slow";
    private const string Forbidden = "forbidden";

    private static readonly string[] Good = ["good-1", "good-2", "good-3"];
    [Fact]
    public async Task The_page_reports_every_cluster_and_none_waits_for_the_slow_one()
    {
        Assert.SkipUnless(Programs.OnPath("pwsh"), "pwsh is not on PATH.");
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Limits.Program);
        using var folder = new TemporaryFolder();
        await using var fleet = await Fleet.StartAsync(folder, bound.Token);
        using var process = Start(folder.Path, WriteScript());
        try
        {
            var errors = process.StandardError.ReadToEndAsync(bound.Token);
            await ReadUntilAsync(process, line => line == "installed", bound.Token);
            fleet.Gate.Close();
            folder.Write("closed", string.Empty);

            // The slow cluster answers nothing until the rows of all others have come.
            var waiting = new HashSet<string>([.. Good, Dead, Forbidden]);
            var early = await ReadUntilAsync(process, line => waiting.Remove(line.Split(':')[0]) && waiting.Count == 0, bound.Token);
            Assert.DoesNotContain(early, line => line.StartsWith(Slow, StringComparison.Ordinal));
            fleet.Gate.Open();
            var last = (await ReadUntilAsync(process, _ => false, bound.Token))[^1];
            Assert.Empty(await errors);
            AssertNamesAll(JsonNode.Parse(last)!);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static void AssertNamesAll(JsonNode result)
    {
        Assert.Equal([Dead, Forbidden], ReadTexts(result["missing"]!).Order());
        Assert.Equal(2, result["failed"]!.AsArray().Count);
        var report = result["report"]!.AsArray().ToDictionary(row => (string)row!["Cluster"]!, row => row!);
        Assert.Equal([Dead, Forbidden, .. Good, Slow], report.Keys.Order());
        Assert.All([.. Good, Slow], name => Assert.Equal("read", (string?)report[name]["State"]));
        Assert.All([Dead, Forbidden], name => Assert.True(((string?)report[name]["Detail"])?.Length > 0));
        var proof = result["proof"]!.AsArray().ToDictionary(row => (string)row!["Cluster"]!, row => row!);
        Assert.Equal(report.Keys.Order(), proof.Keys.Order());
        Assert.Equal("ApiServer", (string?)proof[Dead]["Check"]);
        Assert.All(proof.Values, row => Assert.False((bool)row["IsProven"]!));
        Assert.All([.. Good, Slow], name => Assert.NotEqual("ApiServer", (string?)proof[name]["Check"]));
    }

    private static IEnumerable<string> ReadTexts(JsonNode list) => list.AsArray().Select(item => (string)item!);

    /// <summary>The blocks of the page, in their order, with a stop before the one that must not wait.</summary>
    private static string WriteScript()
    {
        var page = File.ReadAllText(Path.Combine(BuiltTree.Root, "docs", "fleet.md")).ReplaceLineEndings("\n");
        var blocks = page.Split("```powershell\n").Skip(1).Select(part => part.Split("\n```")[0]).ToList();
        Assert.Equal(4, blocks.Count);
        return $$"""
            $ErrorActionPreference = 'Stop'
            {{blocks[0]}}
            $null = . {
            {{blocks[1]}}
            }
            'installed'
            while (-not (Test-Path ./closed)) { Start-Sleep -Milliseconds 20 }
            {{blocks[2]}}
            $null = . {
            {{blocks[3]}}
            }
            @{ missing = @($missing.Cluster); failed = @($failed | ForEach-Object { "$_" }); report = $report; proof = @($proof) } | ConvertTo-Json -Compress -Depth 4
            """;
    }

    private static Process Start(string folder, string script)
    {
        var start = new ProcessStartInfo("pwsh", ["-NoProfile", "-NonInteractive", "-Command", script])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PSModulePath"] =
            $"{Path.GetDirectoryName(BuiltTree.Module)}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PSModulePath")}";
        start.Environment["NO_COLOR"] = "1";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Reads lines until one is the last that is wanted, or the output ends.</summary>
    private static async Task<IReadOnlyList<string>> ReadUntilAsync(
        Process process,
        Func<string, bool> isLast,
        CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            lines.Add(line);
            if (isLast(line))
            {
                break;
            }
        }

        return lines;
    }

    /// <summary>The clusters, with a kubeconfig for each in the folder <c>clusters</c>.</summary>
    private sealed class Fleet : IAsyncDisposable
    {
        private readonly List<Cluster> _clusters = [];

        public GatedRelay Gate { get; private set; } = null!;

        public static async Task<Fleet> StartAsync(TemporaryFolder folder, CancellationToken cancellationToken)
        {
            var fleet = new Fleet();
            foreach (var name in (string[])[.. Good, Slow, Forbidden])
            {
                var options = new ClusterOptions { Controllers = false, Rbac = name == Forbidden };
                var cluster = await Cluster.StartAsync(options, cancellationToken);
                fleet._clusters.Add(cluster);
                var kubeconfig = name == Forbidden ? cluster.CreateKubeconfig("visitor") : cluster.CreateKubeconfig();
                if (name == Slow)
                {
                    fleet.Gate = new GatedRelay(cluster.Server.Port);
                    kubeconfig = Redirect(kubeconfig, cluster, fleet.Gate.Port);
                }

                folder.Write($"clusters/{name}.yaml", kubeconfig);
            }

            var first = fleet._clusters[0];
            folder.Write($"clusters/{Dead}.yaml", Redirect(first.CreateKubeconfig(), first, FindFreePort()));
            foreach (var file in Directory.EnumerateFiles(Stage.Manifests, "*.yaml", SearchOption.AllDirectories))
            {
                folder.Write(Path.Combine("kube-prometheus", Path.GetRelativePath(Stage.Manifests, file)), File.ReadAllBytes(file));
            }

            return fleet;
        }

        public async ValueTask DisposeAsync()
        {
            await Gate.DisposeAsync();
            foreach (var cluster in _clusters)
            {
                await cluster.DisposeAsync();
            }
        }

        private static string Redirect(string kubeconfig, Cluster cluster, int port) =>
            kubeconfig.Replace($":{cluster.Server.Port}", $":{port}", StringComparison.Ordinal);

        private static int FindFreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
