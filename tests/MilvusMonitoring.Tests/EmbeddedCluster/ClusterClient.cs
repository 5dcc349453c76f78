using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>Plain HTTP to an embedded cluster, with nothing between test and wire.</summary>
internal sealed class ClusterClient : IDisposable
{
    private readonly HttpClient _client;

    public ClusterClient(Cluster cluster, bool asAdministrator = true, Version? protocol = null)
    {
        var authority = X509Certificate2.CreateFromPem(cluster.CertificateAuthorityPem);
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        if (asAdministrator)
        {
            handler.SslOptions.ClientCertificates = [Certificate(cluster.CreateKubeconfig())];
        }

        _client = new(handler)
        {
            BaseAddress = cluster.Server,
            DefaultRequestVersion = protocol ?? new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public Task<Answer> GetAsync(string path, CancellationToken cancellationToken, string accept = "application/json") =>
        SendAsync("GET", path, null, null, cancellationToken, accept);

    public Task<Answer> PostAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync("POST", path, body, "application/json", cancellationToken);

    public Task<Answer> DeleteAsync(string path, CancellationToken cancellationToken, JsonNode? options = null) =>
        SendAsync("DELETE", path, options, "application/json", cancellationToken);

    public Task<Answer> ApplyAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(
            "PATCH",
            path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "fieldManager=test",
            body,
            "application/apply-patch+yaml",
            cancellationToken);

    public async Task<Answer> SendAsync(
        string method,
        string path,
        JsonNode? body,
        string? contentType,
        CancellationToken cancellationToken,
        string accept = "application/json",
        string? user = null)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (user is not null)
        {
            request.Headers.Add("Impersonate-User", user);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString()));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType!);
        }

        using var response = await SendAsync(request, cancellationToken);
        return await Answer.ReadAsync(response, cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>The client certificate in a kubeconfig.</summary>
    public static X509Certificate2 Certificate(string kubeconfig)
    {
        string Field(string name) =>
            Encoding.ASCII.GetString(
                Convert.FromBase64String(
                    kubeconfig.Split('\n').First(each => each.Contains(name, StringComparison.Ordinal)).Split(": ")[1].Trim()));
        using var pem = X509Certificate2.CreateFromPem(Field("client-certificate-data"), Field("client-key-data"));
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}

/// <summary>A response with its body read.</summary>
internal sealed record Answer(int Status, string ContentType, string Text, HttpResponseHeaders Headers)
{
    public JsonObject Body => (JsonObject)JsonNode.Parse(Text)!;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.ToString() ?? "",
            await response.Content.ReadAsStringAsync(cancellationToken),
            response.Headers);
}
