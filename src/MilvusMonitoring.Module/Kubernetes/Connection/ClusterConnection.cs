using System.Net;
using System.Net.Http.Headers;
using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>The way to one API server as one user. Safe for many requests at once.</summary>
internal sealed class ClusterConnection : IDisposable
{
    private static readonly string UserAgent = "milvus-monitoring/" + typeof(ClusterConnection).Assembly.GetName().Version!.ToString(3);

    private readonly ClusterSettings _settings;
    private readonly ClusterSession _channel;
    private readonly Action _end;
    private readonly ClusterActivity _activity;
    private readonly TimeProvider _time;
    private readonly string _address;
    private bool _contacted;
    private int _disposed;

    private ClusterConnection(ClusterSettings settings, ClusterSession channel, Action end, IActivitySink sink, TimeProvider time)
    {
        _settings = settings;
        _channel = channel;
        _end = end;
        _time = time;
        _address = ClusterSettings.AddressOf(settings.Server);
        _activity = new ClusterActivity(_address, sink, time);
    }

    /// <summary>The API server.</summary>
    public Uri Server => _settings.Server;

    /// <summary>The context's name.</summary>
    public string Context => _settings.Context;

    /// <summary>The kubeconfig, in a form that <c>-Kubeconfig</c> takes; null for a pod's service account.</summary>
    public string? Kubeconfig => _settings.Kubeconfig;

    /// <summary>The namespace of the context.</summary>
    public string DefaultNamespace => _settings.Namespace;

    /// <summary>The user's name in the kubeconfig.</summary>
    public string User => _settings.User.Name;

    /// <summary>The secrets that the kubeconfig holds, to be kept out of what programs say that were given it.</summary>
    public IEnumerable<string> Secrets => new[] { _settings.User.Token, _settings.User.Password }.OfType<string>();

    /// <summary>
    /// Prepares the way to the cluster that the user means, or takes the one that a command before has left open. Reads files; touches no
    /// network and starts no program.
    /// </summary>
    /// <param name="target">What the user named.</param>
    /// <param name="sink">Where retries are told.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="MonitoringException">No kubeconfig, no such context, or something in it that is refused.</exception>
    public static ClusterConnection Open(ClusterTarget target, IActivitySink sink) =>
        Open(target, sink, KubeconfigLocations.FromEnvironment(), TimeProvider.System, SessionCache.Shared);

    /// <summary>The same with the places and the clock given.</summary>
    /// <param name="target">What the user named.</param>
    /// <param name="sink">Where retries are told.</param>
    /// <param name="places">Where to look for what is not named.</param>
    /// <param name="time">The clock.</param>
    /// <param name="kept">The ways that are left open; null for a way of its own.</param>
    /// <returns>The connection.</returns>
    public static ClusterConnection Open(
        ClusterTarget target,
        IActivitySink sink,
        KubeconfigLocations places,
        TimeProvider time,
        SessionCache? kept = null)
    {
        var settings = MergedKubeconfig.Resolve(target, places);
        var (channel, end) = kept?.GetOrCreate(settings, ProxyFor(settings)) ?? OwnChannel(settings, time);
        return new ClusterConnection(settings, channel, end, sink, time);
    }

    /// <summary>Sends a request, again where that helps, and gives back the last answer, whatever its status.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it; only then is <see cref="OperationCanceledException"/> thrown.</param>
    /// <returns>The answer. Its body is all there, but for a long-lived request, where it comes as the server sends it.</returns>
    /// <exception cref="MonitoringException">There is no answer: unreachable, not trusted, too late, or no credential.</exception>
    public async Task<HttpResponseMessage> SendAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        var policy = new RetryPolicy(request, _time);
        var credential = await _channel.Credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        var renewed = false;
        while (true)
        {
            TimeSpan? pause;
            string reason;
            var (response, failure) = await TryAsync(request, credential, cancellationToken).ConfigureAwait(false);
            if (response is not null)
            {
                _contacted = true;
                if (response.StatusCode == HttpStatusCode.Unauthorized && !renewed)
                {
                    renewed = true;
                    if (await _channel.Credentials.RenewAsync(credential, cancellationToken).ConfigureAwait(false) is { } other)
                    {
                        credential = other;
                        response.Dispose();
                        continue;
                    }
                }

                pause = policy.NextPause(
                    (int)response.StatusCode,
                    AskedPause(response),
                    await IsHopelessAsync(response, cancellationToken).ConfigureAwait(false));
                if (pause is null)
                {
                    if ((int)response.StatusCode is not (429 or >= 500))
                    {
                        _activity.Answered(policy);
                    }

                    return response;
                }

                reason = $"it answered {(int)response.StatusCode}";
                response.Dispose();
            }
            else
            {
                pause = policy.NextPause(failure!.Stage, _contacted);
                if (pause is null)
                {
                    throw failure.Error;
                }

                reason = failure.Reason;
            }

            _activity.Retrying(policy, request, reason);
            await Task.Delay(pause.Value, _time, cancellationToken).ConfigureAwait(false);
            credential = await _channel.Credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _end();
        }
    }

    private static (ClusterSession Channel, Action End) OwnChannel(ClusterSettings settings, TimeProvider time)
    {
        var channel = new ClusterSession(settings, ProxyFor(settings), time);
        return (channel, channel.Dispose);
    }

    private static Uri? ProxyFor(ClusterSettings settings) => ClusterProxy.Find(settings, Environment.GetEnvironmentVariable);

    private async Task<(HttpResponseMessage? Response, TransportFailure? Failure)> TryAsync(
        ClusterRequest request,
        ClusterCredential credential,
        CancellationToken cancellationToken)
    {
        var timeout = request.Timeout ?? ClusterRequest.DefaultTimeout;
        using var limit = new CancellationTokenSource(timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        HttpResponseMessage? response = null;
        try
        {
            using var message = Message(request, credential);
            response = await _channel.TransportFor(credential.Identity).SendAsync(message, either.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols && !(request.LongLived && response.IsSuccessStatusCode))
            {
                response.Content = await BufferedContent.ReadAsync(response.Content, either.Token).ConfigureAwait(false);
            }

            return (response, null);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            return (null, limit.IsCancellationRequested
                ? TransportFailure.AnswerTimedOut(request, _settings, timeout, exception)
                : TransportFailure.ConnectTimedOut(Server, _channel.Proxy, exception));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            return (null, TransportFailure.From(exception, _settings, _channel.Proxy, _channel.Check));
        }
        catch
        {
            response?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private HttpRequestMessage Message(ClusterRequest request, ClusterCredential credential)
    {
        var message = new HttpRequestMessage(request.Method, _address + request.PathAndQuery)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (request.Upgrade is null)
        {
            // An upgrade names no media type, as with kubectl: the port-forward route of a kubelet (recorded: 1.20, 1.36) answers 406 to
            // any but */*.
            message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        }

        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        message.Headers.Authorization = credential.Authorization;
        if (_settings.TlsServerName is { } name)
        {
            // The one way to tell the runtime's TLS another name than the address has.
            message.Headers.Host = name;
        }

        ImpersonationHeaders.Add(message.Headers, _settings.User.Impersonation);
        request.Upgrade?.AddTo(message);
        if (!request.Body.IsEmpty || request.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType ?? "application/json");
        }

        return message;
    }

    private static TimeSpan? AskedPause(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - DateTimeOffset.UtcNow,
        _ => null,
    };

    private static async ValueTask<bool> IsHopelessAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode == HttpStatusCode.InternalServerError
        && (await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false)).IsSchemaFault;
}
