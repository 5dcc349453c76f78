using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

public sealed class AccessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerCertificate.Valid, true)]
    [InlineData(ServerCertificate.WrongHostName, false)]
    [InlineData(ServerCertificate.Expired, false)]
    [InlineData(ServerCertificate.OtherAuthority, false)]
    public async Task Only_a_valid_server_certificate_passes_a_careful_client(ServerCertificate variant, bool passes)
    {
        await using var cluster = await Cluster.StartAsync(new() { ServerCertificate = variant }, Token);
        using var client = new ClusterClient(cluster);

        var exception = await Record.ExceptionAsync(() => client.GetAsync("/version", Token));

        Assert.Equal(passes, exception is null);
        Assert.True(passes || exception!.InnerException is AuthenticationException);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Both_http_versions_are_spoken(int major)
    {
        await using var cluster = await Cluster.StartAsync(cancellationToken: Token);
        using var client = new ClusterClient(cluster, protocol: major == 1 ? HttpVersion.Version11 : HttpVersion.Version20);

        Assert.Equal(200, (await client.GetAsync("/version", Token)).Status);
    }

    [Fact]
    public async Task A_token_says_who_asks()
    {
        await using var cluster = await Cluster.StartAsync(cancellationToken: Token);
        using var client = new ClusterClient(cluster, asAdministrator: false);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews");
        request.Headers.Authorization = new("Bearer", cluster.CreateToken("jane", "developers"));
        request.Content = new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));

        using var response = await client.SendAsync(request, Token);

        var review = (await Answer.ReadAsync(response, Token)).Body;
        Assert.Equal(
            """{"username":"jane","groups":["developers","system:authenticated"]}""",
            review["status"]!["userInfo"]!.ToJsonString());
    }

    [Fact]
    public async Task Without_roles_nobody_in_particular_gets_401()
    {
        await using var cluster = await Cluster.StartAsync(cancellationToken: Token);
        using var client = new ClusterClient(cluster, asAdministrator: false);

        Assert.Equal(401, (await client.GetAsync("/api/v1/namespaces", Token)).Status);
        Assert.Equal(200, (await client.GetAsync("/version", Token)).Status);
    }

    [Fact]
    public async Task With_roles_a_user_may_do_what_was_granted_and_no_more()
    {
        await using var cluster = await Cluster.StartAsync(new() { Rbac = true }, Token);
        using var client = new ClusterClient(cluster);
        await client.PostAsync("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", Sample.Parse("""
            {"metadata":{"name":"jane"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"jane"}]}
            """), Token);

        var read = await client.SendAsync("GET", Sample.ConfigMaps, null, null, Token, user: "jane");
        var write = await client.SendAsync("POST", Sample.ConfigMaps, Sample.ConfigMap("c"), "application/json", Token, user: "jane");

        Assert.Equal((200, 403), (read.Status, write.Status));
        Assert.Contains(
            "User \\\"jane\\\" cannot create resource \\\"configmaps\\\" in API group \\\"\\\" in the namespace \\\"default\\\"",
            write.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unavailable_api_service_answers_503_and_is_stale_in_aggregated_discovery()
    {
        await using var cluster = await Cluster.StartAsync(cancellationToken: Token);
        using var client = new ClusterClient(cluster);
        cluster.Readiness.Never("APIService");
        await client.PostAsync(
            "/apis/apiregistration.k8s.io/v1/apiservices",
            Sample.Parse(
                """
                {"metadata":{"name":"v1beta1.metrics.k8s.io"},"spec":{"group":"metrics.k8s.io","version":"v1beta1","groupPriorityMinimum":100,"versionPriority":100,"service":{"name":"x","namespace":"default"}}}
                """
            ),
            Token);

        var classic = await client.GetAsync("/apis/metrics.k8s.io/v1beta1", Token);
        var aggregated = await client.GetAsync(
            "/apis",
            Token,
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");

        Assert.Equal(503, classic.Status);
        Assert.Contains(
            """{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}""",
            aggregated.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kubeconfig_carries_a_certificate_for_the_user()
    {
        await using var cluster = await Cluster.StartAsync(cancellationToken: Token);

        var text = cluster.CreateKubeconfig("jane", "developers");

        var data = text.Split('\n').First(each => each.Contains("client-certificate-data", StringComparison.Ordinal)).Split(": ")[1];
        using var certificate = X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(data)));
        Assert.Equal("O=developers, CN=jane", certificate.Subject);
        Assert.Contains("current-context: embedded", text, StringComparison.Ordinal);
    }
}
