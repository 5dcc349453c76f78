using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using k8s;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>What a request says it understands, judged by the embedded cluster as by a real API server of the same version.</summary>
[Collection(RealApiServer.Collection)]
public sealed class AcceptTests(RealApiServer server)
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private const string Meta = "g=meta.k8s.io;v=v1";
    private const string Review =
        """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"nonResourceAttributes":{"path":"/","verb":"get"}}}""";

    private static readonly (string Method, string Path, string Accept, string? Body)[] s_requests =
    [
        .. (
            (string[])
                [
                    "/api",
                    "/apis",
                    "/api/v1",
                    "/apis/apps",
                    "/apis/apps/v1",
                    "/version",
                    "/healthz",
                    "/nosuch/path",
                    "/apis/nosuch.example.com/v1",
                ]).Select(path => ("GET", path, "text/html", (string?)null)),
        .. ((string[])["/api", "/apis", "/api/v1", "/apis/apps", "/version"]).Select(path => ("GET", path, "application/*", (string?)null)),
        ("GET", "/api", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", null),
        ("GET", "/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", null),
        ("GET", "/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json", null),
        ("GET", Maps, "text/html", null),
        ("GET", Maps, "text/html, */*;q=0.1", null),
        ("GET", Maps + "/none", "text/html", null),
        ("GET", Maps + "/none", "application/json;as=Foo;" + Meta, null),
        ("GET", Maps + "/none", "", null),
        ("GET", Maps + "?watch=true&timeoutSeconds=1&resourceVersion=0", "text/html", null),
        ("GET", "/api/v1/nosuch", "text/html", null),
        ("GET", "/api/v1/namespaces/default/pods/none/portforward", "text/html", null),
        ("GET", "/api/v1/namespaces/default/pods/none/status", "text/html", null),
        ("GET", "/apis/apps/v1/namespaces/default/deployments/none/scale", "text/html", null),
        ("GET", "/api/v1/namespaces/default", "application/json;as=PartialObjectMetadataList;" + Meta, null),
        ("GET", "/api/v1/namespaces/default", "application/json;as=Table", null),
        ("GET", "/api/v1/namespaces/default", "application/json;as=Table;g=meta.k8s.io;v=v1beta2", null),
        ("GET", "/api/v1/pods?limit=1", "application/json;as=PartialObjectMetadata;" + Meta, null),
        ("GET", "/apis/apps/v1/deployments?limit=1", "application/json;as=PartialObjectMetadata;" + Meta, null),
        ("GET", "/apis/apps/v1/deployments?limit=1", "application/json;as=PartialObjectMetadata;" + Meta + ",application/json", null),
        ("POST", Maps, "text/html", "{}"),
        ("PUT", "/api/v1/configmaps", "text/html", "{}"),
        ("POST", Reviews, "text/html", Review),
        ("POST", Reviews, "application/vnd.kubernetes.protobuf;q=0.1,application/json", Review),
        ("GET", Reviews, "text/html", null),
        ("DELETE", Maps + "/none", "text/html", null),
        ("DELETE", Maps + "/none", "application/json;as=PartialObjectMetadata;" + Meta, null),
    ];

    [Fact]
    public async Task The_same_requests_are_refused_in_the_same_words()
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(await server.GetKubeconfigAsync());
        using var real = new k8s.Kubernetes(configuration);
        await using var cluster = await Cluster.StartAsync(
            new() { KubernetesVersion = "v1.20.2", Rbac = true },
            TestContext.Current.CancellationToken);
        using var embedded = new ClusterClient(cluster);

        var (theirs, ours) = (new List<string>(), new List<string>());
        foreach (var (method, path, accept, body) in s_requests)
        {
            var at = $"{method} {path} [{accept}]:";
            theirs.Add(
                $"{at} {await AskAsync(request => real.HttpClient.SendAsync(request, TestContext.Current.CancellationToken), real.BaseUri, method, path, accept, body)}"
            );
            ours.Add(
                $"{at} {await AskAsync(request => embedded.SendAsync(request, TestContext.Current.CancellationToken), cluster.Server, method, path, accept, body)}"
            );
        }

        Assert.Equal(theirs, ours);
        Assert.Equal(26, theirs.Count(each => each.Contains(": 406 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_type_that_a_real_server_has_and_this_one_has_not_is_no_406()
    {
        await using var cluster = await Cluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var embedded = new ClusterClient(cluster);

        var answer = await embedded.GetAsync(Maps, TestContext.Current.CancellationToken, "application/yaml");

        Assert.Equal(
            (501, "the embedded cluster does not do this: answers as application/yaml"),
            (answer.Status, answer.Body["message"]!.ToString()));
    }

    private static async Task<string> AskAsync(
        Func<HttpRequestMessage, Task<HttpResponseMessage>> send,
        Uri address,
        string method,
        string path,
        string accept,
        string? body)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(address, path));
        if (accept.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await send(request);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        // What success says, and which paths there are, is not the point here.
        return $"{(int)response.StatusCode} "
            + $"{(response.IsSuccessStatusCode || path.StartsWith("/nosuch", StringComparison.Ordinal) ? "" : Words(text))}";
    }

    private static string Words(string text) => text.StartsWith('{') && JsonNode.Parse(text) is { } status
        ? $"{status["reason"]} {status["details"]?.ToJsonString()} {status["message"]}"
        : text;
}
