using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>Commands that follow one another share the way to their cluster, and only that.</summary>
public sealed class SessionCacheTests : IDisposable
{
    private const string Cluster = "server: 'https://127.0.0.1:1'";

    private readonly TemporaryFolder _folder = new();
    private readonly SessionCache _kept = new(TimeSpan.FromMinutes(10), TimeProvider.System);

    [Fact]
    public void The_same_user_of_the_same_cluster_has_the_same_way()
    {
        var (first, giveBack) = Take("token: a");
        giveBack();

        Assert.Same(first, Take("token: a").Channel);
    }

    [Theory]
    [InlineData(Cluster, "token: b")]
    [InlineData(Cluster, "token: a, as: somebody")]
    [InlineData("server: 'https://127.0.0.1:2'", "token: a")]
    [InlineData(Cluster + ", tls-server-name: other", "token: a")]
    [InlineData(Cluster + ", disable-compression: true", "token: a")]
    public void Whatever_decides_who_asks_whom_parts_them(string cluster, string user)
    {
        Assert.NotSame(Take("token: a").Channel, Take(user, cluster).Channel);
    }

    [Fact]
    public void A_plugin_in_another_environment_is_another_user()
    {
        const string Plugin = "exec: {apiVersion: client.authentication.k8s.io/v1, command: plugin, interactiveMode: Never}";
        var variable = $"PROFILE_{Guid.NewGuid():N}";
        var first = Take(Plugin).Channel;
        Assert.Same(first, Take(Plugin).Channel);

        Environment.SetEnvironmentVariable(variable, "other");
        try
        {
            Assert.NotSame(first, Take(Plugin).Channel);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Fact]
    public void A_renewed_certificate_file_is_another_one()
    {
        using var authority = new TestAuthority();
        var file = _folder.Write("ca.crt", System.Text.Encoding.ASCII.GetBytes(authority.Pem));
        var cluster = $"{Cluster}, certificate-authority: {file}";
        var first = Take("token: a", cluster).Channel;

        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(1));

        Assert.NotSame(first, Take("token: a", cluster).Channel);
    }

    [Fact]
    public async Task What_nobody_uses_ends_and_what_somebody_uses_stays()
    {
        using var brief = new SessionCache(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var settings = Settings("token: a", Cluster);
        var (first, giveBack) = brief.GetOrCreate(settings, null);
        var (_, giveBackAgain) = brief.GetOrCreate(settings, null);
        giveBack();
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Same(first, brief.GetOrCreate(settings, null).Session);

        using var other = new SessionCache(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var (gone, end) = other.GetOrCreate(settings, null);
        end();

        // Each look uses it, so they lie further apart than it is kept.
        for (var look = 0; IsStill(gone); look++)
        {
            Assert.True(look < 100, "it was kept for longer than 20 s");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        giveBackAgain();

        bool IsStill(ClusterSession channel)
        {
            var (found, back) = other.GetOrCreate(settings, null);
            back();
            return found == channel;
        }
    }

    [Fact]
    public async Task Commands_that_follow_one_another_run_the_plugin_once()
    {
        await using var stage = await Stage.StartAsync();
        var runs = Path.Combine(stage.Folder, "runs");
        var token = stage.Cluster.CreateToken("admin", "system:masters");
        var kubeconfig = stage.WriteExecKubeconfig($$"""
            echo run >> {{runs}}
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"} }' {{token}}

            """);

        var result = await stage.Session.InvokeAsync(
            "param($kubeconfig) Get-KubePrometheus -Kubeconfig $kubeconfig; Get-MilvusInstance -Kubeconfig $kubeconfig; "
                + "Get-MilvusServiceMonitor -Kubeconfig $kubeconfig -ErrorAction Ignore",
            new { kubeconfig });

        result.EnsureNoError();
        Assert.Single(File.ReadAllLines(runs));
    }

    public void Dispose()
    {
        _kept.Dispose();
        _folder.Dispose();
    }

    private (ClusterSession Channel, Action GiveBack) Take(string user, string cluster = Cluster) =>
        _kept.GetOrCreate(Settings(user, cluster), null);

    private ClusterSettings Settings(string user, string cluster) =>
        MergedKubeconfig.Resolve(
            new ClusterTarget(_folder.Write("config", TestKubeconfig.Text(cluster, user)), null),
            TestKubeconfig.Nowhere);
}
