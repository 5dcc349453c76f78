using System.Reflection;
using Microsoft.AspNetCore.Http;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>
/// The headers of each kind of request that goes to an API server, beside those of kubectl for the same work.
/// </summary>
/// <remarks>
/// kubectl's were read from kubectl 1.35.2 (<c>-v=9</c>, and on the wire) against a node of Kubernetes 1.20.2.
/// Its User-Agent names it, and <c>Kubectl-Command</c> and <c>Kubectl-Session</c> tell the server which command a request belongs to;
/// the module says who it is by User-Agent alone. Both ask for gzip.
/// </remarks>
public sealed class RequestHeadersTests : IDisposable
{
    private const string Json = "Accept: application/json";
    private const string Metadata = "Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
    private const string MetadataList = "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    private const string Less =
        "no more than the metadata of the answer is read; client-go's client for metadata asks for the same, and falls back to the same";
    private const string Aggregated =
        "Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private static readonly ResourceType s_type = new("", "v1", "configmaps", "ConfigMap", true);
    private static readonly ResourceId s_id = new("", "ConfigMap", "n", "o");

    private static readonly Row[] s_rows =
    [
        new("discovery", nameof(ResourceTypes.FindAsync), "GET /api", Aggregated, Aggregated, ""),
        new(
            "discovery of a group, where a server is older than 1.26",
            nameof(ResourceTypes.FindAsync),
            "GET /apis/g/v1",
            Json,
            "Accept: application/json, */*",
            "an answer that is no JSON could not be read"),
        new(
            "a document",
            nameof(ClusterClient.GetAsync),
            "GET /version",
            Json,
            "Accept: application/json, */*",
            "an answer that is no JSON could not be read"),
        new(
            "a document that may be missing",
            nameof(ClusterClient.FindDocumentAsync),
            "GET /apis/g",
            Json,
            "Accept: application/json, */*",
            "an answer that is no JSON could not be read"),
        new("get", nameof(ClusterClient.FindAsync), "GET", Json, Json, ""),
        new("get, metadata only", nameof(ClusterClient.FindMetadataAsync), "GET", Metadata, Json, Less),
        new("list", nameof(ClusterClient.ListAsync), "GET", Json, Json, ""),
        new("list, metadata only", nameof(ClusterClient.ListMetadataAsync), "GET", MetadataList, Json, Less),
        new("watch", nameof(ClusterClient.WatchAsync), "GET", Json, Json, ""),
        new("watch, metadata only", nameof(ClusterClient.WatchAsync), "GET", Metadata, Json, Less),
        new(
            "server-side apply",
            nameof(ClusterClient.ApplyAsync),
            "PATCH",
            Metadata + " | Content-Type: application/apply-patch+yaml",
            Json + " | Content-Type: application/apply-patch+yaml",
            Less),
        new(
            "server-side apply, dry run",
            nameof(ClusterClient.CheckApplyAsync),
            "PATCH",
            Metadata + " | Content-Type: application/apply-patch+yaml",
            Json + " | Content-Type: application/apply-patch+yaml",
            Less),
        new(
            "JSON patch",
            nameof(ClusterClient.PatchAsync),
            "PATCH",
            Metadata + " | Content-Type: application/json-patch+json",
            Json + " | Content-Type: application/json-patch+json",
            Less),
        new(
            "merge patch",
            nameof(ClusterClient.MergeAsync),
            "PATCH",
            Metadata + " | Content-Type: application/merge-patch+json",
            Json + " | Content-Type: application/merge-patch+json",
            Less),
        new(
            "delete",
            nameof(ClusterClient.DeleteAsync),
            "DELETE",
            Metadata + " | Content-Type: application/json",
            Json + " | Content-Type: application/json",
            Less),
        new("pod log", nameof(ClusterClient.FindTextAsync), "GET", "Accept: application/json, */*", "Accept: application/json, */*", ""),
        new(
            "access review",
            nameof(ClusterClient.PostAsync),
            "POST",
            Json + " | Content-Type: application/json",
            "Accept: application/vnd.kubernetes.protobuf,application/json | Content-Type: application/vnd.kubernetes.protobuf",
            "every API server takes JSON too; the module has no protobuf"),
        new(
            "port-forward",
            nameof(ClusterClient.OpenWebSocketAsync),
            "GET",
            "Connection: Upgrade | Sec-WebSocket-Protocol: v4.channel.k8s.io | Sec-WebSocket-Version: 13 | Upgrade: websocket",
            "Connection: Upgrade | Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io | Sec-WebSocket-Version: 13 | Upgrade: websocket",
            "API servers before 1.30 do not know the tunnel, and kubectl goes back to plain SPDY there; v4.channel.k8s.io is served by all"
        ),
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    public static TheoryData<string> Kinds => [.. s_rows.Select(each => each.Kind)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_request_has_the_headers_of_kubectl_or_a_reason_for_others(string kind)
    {
        var row = s_rows.Single(each => each.Kind == kind);
        await using var server = await TestServer.StartAsync(_authority.Server(["127.0.0.1"]), AnswerAsync);
        using var connection = TestKubeconfig.Open(_folder, TestKubeconfig.Text(TestKubeconfig.Server(server, _authority), "token: t"));
        await SendAsync(new ClusterClient(connection), kind);

        var request = server.Requests.First(each => $"{each.Method} {each.Path}".StartsWith(row.Request, StringComparison.Ordinal));
        Assert.Equal(row.Ours, Line(request));
        Assert.Equal(row.Ours == row.Kubectl, row.Why.Length == 0);
        Assert.Equal("gzip", request.Headers["Accept-Encoding"]);
    }

    [Fact]
    public void No_kind_of_request_is_left_out()
    {
        var verbs = typeof(ClusterClient)
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(each => !each.IsSpecialName && each.GetParameters() is [.., var last] && last.ParameterType == typeof(CancellationToken))
            .Select(each => each.Name)
            .Distinct();

        Assert.Equal(
            verbs.Order(),
            s_rows
                .Select(each => each.Method)
                .Where(each => typeof(ClusterClient).GetMethods().Any(method => method.Name == each))
                .Distinct()
                .Order());
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    /// <summary>An answer in which every reader finds what it looks for, and that ends.</summary>
    private static Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Headers.Upgrade.Count > 0)
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        }

        return context.Request.Query.ContainsKey("watch")
            ? Task.CompletedTask
            : context.Response.WriteAsync(
                """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"o","namespace":"n","uid":"u","resourceVersion":"1"},"items":[]}"""
            );
    }

    private static async Task SendAsync(ClusterClient client, string kind)
    {
        switch (kind)
        {
            case "discovery" or "discovery of a group, where a server is older than 1.26":
                await new ResourceTypes(client).FindAsync("g", "v1", "Kind", Cancellation);
                break;
            case "a document":
                await client.GetAsync("/version", "read the version", Cancellation);
                break;
            case "a document that may be missing":
                await client.FindDocumentAsync("/apis/g", "application/json", Cancellation);
                break;
            case "get":
                await client.FindAsync(s_type, s_id, Cancellation);
                break;
            case "get, metadata only":
                await client.FindMetadataAsync(s_type, s_id, Cancellation);
                break;
            case "list":
                await foreach (var _ in client.ListAsync(s_type, "n", "", Cancellation))
                {
                }

                break;
            case "list, metadata only":
                await foreach (var _ in client.ListMetadataAsync(s_type, "n", "", Cancellation))
                {
                }

                break;
            case "watch" or "watch, metadata only":
                await foreach (
                    var _ in client.WatchAsync("/api/v1/namespaces/n/configmaps?watch=true", kind != "watch", "configmaps", Cancellation)
                ) { }

                break;
            case "server-side apply":
                await client.ApplyAsync(s_type, s_id, "{}"u8.ToArray(), false, Cancellation);
                break;
            case "server-side apply, dry run":
                await client.CheckApplyAsync(s_type, s_id, "{}"u8.ToArray(), Cancellation);
                break;
            case "JSON patch":
                await client.PatchAsync(s_type, s_id, "[]"u8.ToArray(), Cancellation);
                break;
            case "merge patch":
                await client.MergeAsync(s_type, s_id, "{}"u8.ToArray(), Cancellation);
                break;
            case "delete":
                await client.DeleteAsync(s_type, s_id, null, Cancellation);
                break;
            case "pod log":
                await client.FindTextAsync("/api/v1/namespaces/n/pods/p/log?tailLines=1", Cancellation);
                break;
            case "access review":
                await client.PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{}"u8.ToArray(), "ask", Cancellation);
                break;
            default:
                // A node answers so to a subprotocol that it does not know.
                var refused = await Assert.ThrowsAsync<MonitoringException>(() =>
                    client.OpenWebSocketAsync(
                        "/api/v1/namespaces/n/pods/p/portforward?ports=1",
                        PodConnection.Protocol,
                        "forward",
                        "p",
                        false,
                        Cancellation));
                Assert.Equal(ErrorId.ResponseInvalid, refused.ErrorId);
                break;
        }
    }

    private static string Line(TestRequest request) =>
        string.Join(
            " | ",
            request
                .Headers.Where(each =>
                    each.Key is "Accept" or "Content-Type" or "Connection" or "Upgrade"
                    || (each.Key.StartsWith("Sec-WebSocket", StringComparison.Ordinal) && each.Key != "Sec-WebSocket-Key"))
                .OrderBy(each => each.Key, StringComparer.Ordinal)
                .Select(each => $"{each.Key}: {each.Value}"));

    /// <summary>One kind of request.</summary>
    /// <param name="Kind">Its name.</param>
    /// <param name="Method">The method that sends it.</param>
    /// <param name="Request">What it begins with, to tell it from others that go with it.</param>
    /// <param name="Ours">What is sent.</param>
    /// <param name="Kubectl">What kubectl sends.</param>
    /// <param name="Why">Why ours are others than kubectl's; empty where they are not.</param>
    private sealed record Row(string Kind, string Method, string Request, string Ours, string Kubectl, string Why);
}
