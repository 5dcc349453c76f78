using System.Net;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Testing;

/// <summary>Requests of the tests and benchmarks themselves, beside those that are looked at.</summary>
internal sealed class ServerAdmin(string kubeconfig) : IDisposable
{
    private readonly ClusterConnection _connection = ClusterConnection.Open(new ClusterTarget(kubeconfig, null), new Silence());

    public Uri Server => _connection.Server;

    public string Context => _connection.Context;

    /// <summary>What Kubernetes it is.</summary>
    public Task<ServerVersion> GetVersionAsync(CancellationToken cancellationToken) =>
        ClusterInfo.ReadVersionAsync(new ClusterClient(_connection), cancellationToken);

    /// <summary>Reads a document; an empty one where there is none.</summary>
    public async Task<JsonDocument> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(new ClusterRequest(HttpMethod.Get, path), cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? JsonDocument.Parse(text)
            : response.StatusCode == HttpStatusCode.NotFound ? JsonDocument.Parse("{}")
            : throw new InvalidOperationException($"The server answered {path} with: {text}");
    }

    /// <summary>Whether there is something at a path.</summary>
    public async Task<bool> ExistsAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(new ClusterRequest(HttpMethod.Get, path), cancellationToken);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Sends a write; what is refused because somebody was faster is left for the next time.</summary>
    public async Task<bool> SendAsync(
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte>? body,
        CancellationToken cancellationToken,
        string contentType = "application/json")
    {
        var request = new ClusterRequest(method, path) { Body = body ?? default, ContentType = body is null ? null : contentType };
        using var response = await _connection.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Sends a write, and gives back what became of it.</summary>
    public async Task<(HttpStatusCode Status, string Text)> AskAsync(
        HttpMethod method,
        string path,
        string? body,
        CancellationToken cancellationToken,
        string contentType = "application/json")
    {
        var request = new ClusterRequest(method, path)
        {
            Body = body is null ? default : Encoding.UTF8.GetBytes(body),
            ContentType = body is null ? null : contentType,
        };
        using var response = await _connection.SendAsync(request, cancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    public void Dispose() => _connection.Dispose();

    private sealed class Silence : IActivitySink
    {
        public void Verbose(string message)
        {
        }

        public void Warning(string message)
        {
        }

        public void Progress(string activity, string status, int percent)
        {
        }
    }
}
