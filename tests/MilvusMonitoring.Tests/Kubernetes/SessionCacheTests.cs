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
    public void What_nobody_uses_ends_and_what_somebody_uses_stays()
    {
        var (keepFor, time) = (TimeSpan.FromSeconds(30), new ManualTime());
        using var cache = new SessionCache(keepFor, time);
        var settings = Settings("token: a", Cluster);
        var (first, giveBack) = cache.GetOrCreate(settings, null);
        var (_, giveBackAgain) = cache.GetOrCreate(settings, null);
        giveBack();
        time.Advance(keepFor * 2);
        Assert.Same(first, Use());

        giveBackAgain();
        time.Advance(keepFor * 0.9);
        Assert.Same(first, Use());
        time.Advance(keepFor * 0.9);
        Assert.Same(first, Use());
        time.Advance(keepFor * 1.1);
        Assert.NotSame(first, Use());

        ClusterSession Use()
        {
            var (session, end) = cache.GetOrCreate(settings, null);
            end();
            return session;
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
