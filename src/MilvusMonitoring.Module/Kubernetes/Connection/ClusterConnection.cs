using System.Net;
using System.Net.Http.Headers;
using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>
/// The connection of one command to one API server as one user. Adds the credential, retries and reports retries. Safe for parallel
/// requests.
/// </summary>
internal sealed class ClusterConnection : IDisposable
{
    private static readonly string UserAgent = "milvus-monitoring/" + typeof(ClusterConnection).Assembly.GetName().Version!.ToString(3);

    private readonly ClusterSettings _settings;
    private readonly ClusterSession _session;
    private readonly Action _returnSession;
    private readonly ClusterActivity _activity;
    private readonly TimeProvider _time;
    private readonly string _address;
    private bool _contacted;
    private int _disposed;

    private ClusterConnection(ClusterSettings settings, ClusterSession session, Action returnSession, IActivitySink sink, TimeProvider time)
    {
        _settings = settings;
        _session = session;
        _returnSession = returnSession;
        _time = time;
        _address = ClusterSettings.AddressOf(settings.Server);
        _activity = new ClusterActivity(_address, sink, time);
    }

    public Uri Server => _settings.Server;

    public string Context => _settings.Context;

    /// <summary>The kubeconfig as a value for <c>-Kubeconfig</c>; null for a pod's service account.</summary>
    public string? Kubeconfig => _settings.Kubeconfig;

    /// <summary>The namespace of the context.</summary>
    public string DefaultNamespace => _settings.Namespace;

    /// <summary>The secrets in the kubeconfig. The output of a program that got the kubeconfig must not show them.</summary>
    public IEnumerable<string> Secrets => new[] { _settings.User.Token, _settings.User.Password }.OfType<string>();

    /// <summary>
    /// Creates the connection to the cluster that the user named, with the session of an earlier command if one is open. Reads files; opens
    /// no network connection and starts no program.
    /// </summary>
    /// <exception cref="MonitoringException">No kubeconfig, no such context, or a refused setting.</exception>
    public static ClusterConnection Open(ClusterTarget target, IActivitySink sink) =>
        Open(target, sink, KubeconfigLocations.FromEnvironment(), TimeProvider.System, SessionCache.Shared);

    /// <param name="locations">Where to look for a cluster that the user did not name.</param>
    /// <param name="cache">The open sessions; null for a session of its own.</param>
    public static ClusterConnection Open(
        ClusterTarget target,
        IActivitySink sink,
        KubeconfigLocations locations,
        TimeProvider time,
        SessionCache? cache = null)
    {
        var settings = MergedKubeconfig.Resolve(target, locations);
        var proxy = ClusterProxy.Find(settings, Environment.GetEnvironmentVariable);
        if (cache is not null)
        {
            var (cached, returnSession) = cache.GetOrCreate(settings, proxy);
            return new ClusterConnection(settings, cached, returnSession, sink, time);
        }

        var session = new ClusterSession(settings, proxy, time);
        return new ClusterConnection(settings, session, session.Dispose, sink, time);
    }

    /// <summary>Finds the note of an earlier command of the session: see <see cref="ClusterSession.Notes"/>.</summary>
    public T? FindNote<T>()
        where T : class => _session.Notes.GetValueOrDefault(typeof(T)) as T;

    /// <summary>Keeps a note for later commands of the session, in place of an earlier one of the same type.</summary>
    public void KeepNote<T>(T note)
        where T : class => _session.Notes[typeof(T)] = note;

    /// <summary>Sends a request, with retries if they can help, and returns the last response, whatever its status.</summary>
    /// <param name="cancellationToken">Its cancellation is the only cause of an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The response with its whole body. The body of a long-lived request is a stream from the server.</returns>
    /// <exception cref="MonitoringException">No response: unreachable, not trusted, timed out, or no credential.</exception>
    /// <exception cref="System.Text.Json.JsonException">The response is to be a list and is not JSON.</exception>
    public async Task<HttpResponseMessage> SendAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        var policy = new RetryPolicy(request, _time);
        var credential = await _session.Credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        var isRenewed = false;
        while (true)
        {
            var (response, failure) = await TryAsync(request, credential, cancellationToken).ConfigureAwait(false);
            if (response is null)
            {
                var pauseAfterFailure = policy.NextPause(failure!.Stage, _contacted) ?? throw failure.Error;
                await PauseAsync(policy, request, failure.Reason, pauseAfterFailure, cancellationToken).ConfigureAwait(false);
                credential = await _session.Credentials.GetAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            _contacted = true;
            if (response.StatusCode == HttpStatusCode.Unauthorized && !isRenewed)
            {
                isRenewed = true;
                if (await _session.Credentials.RenewAsync(credential, cancellationToken).ConfigureAwait(false) is { } other)
                {
                    credential = other;
                    response.Dispose();
                    continue;
                }
            }

            var isFinal = await IsFinalAsync(response, cancellationToken).ConfigureAwait(false);
            if (policy.NextPause((int)response.StatusCode, FindRetryAfter(response), isFinal) is not { } pause)
            {
                if ((int)response.StatusCode is not (429 or >= 500))
                {
                    _activity.ReportResponse(policy);
                }

                return response;
            }

            var reason = $"it answered {(int)response.StatusCode}";
            response.Dispose();
            await PauseAsync(policy, request, reason, pause, cancellationToken).ConfigureAwait(false);
            credential = await _session.Credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _returnSession();
        }
    }

    private Task PauseAsync(
        RetryPolicy policy,
        ClusterRequest request,
        string reason,
        TimeSpan pause,
        CancellationToken cancellationToken)
    {
        _activity.ReportRetry(policy, request, reason);
        return Task.Delay(pause, _time, cancellationToken);
    }

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
            using var message = CreateMessage(request, credential);
            var transport = await _session.GetTransportAsync(credential.Identity, either.Token).ConfigureAwait(false);
            response = await transport.SendAsync(message, either.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols && !(request.LongLived && response.IsSuccessStatusCode))
            {
                var bound = response.IsSuccessStatusCode ? Bounds.ApiResponse : Bounds.ApiError;
                response.Content = request.IsList && response.IsSuccessStatusCode
                    ? await BufferedContent.ReadListAsync(response.Content, bound, either.Token).ConfigureAwait(false)
                    : await BufferedContent.ReadAsync(response.Content, bound, either.Token).ConfigureAwait(false);
            }

            return (response, null);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            return (null, limit.IsCancellationRequested
                ? TransportFailure.ResponseTimedOut(request, _settings, timeout, exception)
                : TransportFailure.ConnectTimedOut(Server, _session.Proxy, exception));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            return (null, TransportFailure.From(exception, _settings, _session.Proxy));
        }
        catch
        {
            response?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private HttpRequestMessage CreateMessage(ClusterRequest request, ClusterCredential credential)
    {
        var message = new HttpRequestMessage(request.Method, _address + request.PathAndQuery)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (request.Upgrade is null)
        {
            // An upgrade sends no media type, as in kubectl: the port-forward route of a kubelet (recorded: 1.20, 1.36) answers 406 to any
            // type but */*.
            message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        }

        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        message.Headers.Authorization = credential.Authorization;
        ImpersonationHeaders.Add(message.Headers, _settings.User.Impersonation);
        request.Upgrade?.AddTo(message);
        if (!request.Body.IsEmpty || request.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType ?? "application/json");
        }

        return message;
    }

    private static TimeSpan? FindRetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - DateTimeOffset.UtcNow,
        _ => null,
    };

    private static async ValueTask<bool> IsFinalAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode == HttpStatusCode.InternalServerError
        && (await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false)).IsSchemaFault;
}
