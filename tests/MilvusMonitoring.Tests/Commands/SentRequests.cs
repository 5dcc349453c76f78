using System.Collections.Concurrent;
using System.Diagnostics;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// The writes that this process asks of one server, seen where they leave: of a server that is not embedded nobody can tell whose a write
/// was.
/// </summary>
internal sealed class SentRequests : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    // Unlike the newer events, this one needs no activity, which would add headers to every request of the process.
    private const string Sending = "System.Net.Http.Request";

    private readonly ConcurrentQueue<string> _writes = new();
    private readonly string _authority;
    private readonly IDisposable _listeners;
    private IDisposable? _requests;

    public SentRequests(Uri server)
    {
        _authority = server.Authority;
        _listeners = DiagnosticListener.AllListeners.Subscribe(this);
    }

    public IReadOnlyList<string> Writes => [.. _writes];

    public void Forget() => _writes.Clear();

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "HttpHandlerDiagnosticListener")
        {
            _requests = value.Subscribe(this, name => name == Sending);
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value?.GetType().GetProperty("Request")?.GetValue(value.Value) is HttpRequestMessage { RequestUri: { } uri } request
            && uri.Authority == _authority && LoggedRequest.AsksToChange(request.Method.Method, uri.PathAndQuery))
        {
            _writes.Enqueue($"{request.Method} {uri.PathAndQuery}");
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        _listeners.Dispose();
        _requests?.Dispose();
    }
}
