using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Downloads the archive of a release into memory: bounded in size and time, tried again where that can help.</summary>
internal sealed class ReleaseDownload
{
    private const int MaximumAttempts = 4;
    private const int MaximumRedirects = 5;

    // A source that sends nothing for that long is given up and asked again.
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly Release _release;
    private readonly Uri _uri;
    private readonly TimeSpan _firstPause;
    private readonly IActivitySink _sink;

    /// <summary>Creates a download.</summary>
    /// <param name="release">The release.</param>
    /// <param name="source">Where it is.</param>
    /// <param name="firstPause">How long to wait before the second attempt; twice as long before each further one.</param>
    /// <param name="sink">Is told how far it is.</param>
    public ReleaseDownload(Release release, ReleaseSource source, TimeSpan firstPause, IActivitySink sink)
    {
        _release = release;
        _uri = source.UriOf(release);
        _firstPause = firstPause;
        _sink = sink;
    }

    /// <summary>Downloads the archive.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Its bytes, at the start.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.DownloadFailed"/>, with the way round for a machine that cannot
    /// download.</exception>
    public async Task<MemoryStream> RunAsync(CancellationToken cancellationToken)
    {
        // The proxy is that of the environment or the system, as for every HttpClient.
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = StallLimit,
            DefaultProxyCredentials = CredentialCache.DefaultCredentials,
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("MilvusMonitoring");
        for (var attempt = 1; ; attempt++)
        {
            TransientFailure failure;
            try
            {
                return await AttemptAsync(client, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientFailure exception)
            {
                failure = exception;
            }

            if (attempt == MaximumAttempts)
            {
                throw Failed($"{failure.Message} ({MaximumAttempts} attempts)", failure.InnerException);
            }

            var pause = failure.RetryAfter ?? (_firstPause * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble()));
            pause = pause < LongestPause ? pause : LongestPause;
            _sink.Verbose($"Downloading kube-prometheus {_release.Number}: {failure.Message}; trying again in {pause.TotalSeconds:0.0} s.");
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<MemoryStream> AttemptAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(StallLimit);
        try
        {
            using var response = await GetAsync(client, stall.Token).ConfigureAwait(false);
            return await ReadAsync(response, stall).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientFailure($"nothing came for {StallLimit.TotalSeconds:0} s", exception);
        }
        catch (HttpRequestException exception)
            when (exception.HttpRequestError
                    is HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError)
        {
            throw Failed(Reason(exception), exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            throw new TransientFailure(Reason(exception), exception);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var uri = _uri;
        for (var hop = 0; hop <= MaximumRedirects; hop++)
        {
            var response = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                uri = Redirected(response, uri);
            }
        }

        throw Failed($"it was redirected more than {MaximumRedirects} times");
    }

    private Uri Redirected(HttpResponseMessage response, Uri uri)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            var next = new Uri(uri, location);
            return ReleaseSource.IsAllowed(next)
                ? next
                : throw Failed($"it was redirected to {ReleaseSource.Shown(next)}, which is not https");
        }

        var answer = $"{uri.Host} answered {status} {response.ReasonPhrase}";
        throw status is 408 or 429 or >= 500
            ? new TransientFailure(answer, null, response.Headers.RetryAfter?.Delta)
            : Failed(answer);
    }

    private async Task<MemoryStream> ReadAsync(HttpResponseMessage response, CancellationTokenSource stall)
    {
        var total = response.Content.Headers.ContentLength;
        var content = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, stall.Token).ConfigureAwait(false)) > 0)
        {
            stall.CancelAfter(StallLimit);
            content.Write(buffer, 0, read);
            if (content.Length > ArchiveLimits.MaximumPackedBytes)
            {
                throw Failed($"it has more than {ArchiveLimits.MaximumPackedBytes / 1048576} MB, far more than a release");
            }

            Report(content.Length, total);
        }

        if (content.GetBuffer().AsSpan(0, (int)content.Length) is not [0x1F, 0x8B, ..])
        {
            throw Failed(
                $"the answer is no archive but {response.Content.Headers.ContentType?.MediaType ?? "something else"}, perhaps the page of a proxy or a login"
            );
        }

        content.Position = 0;
        return content;
    }

    private void Report(long read, long? total)
    {
        var status = total > 0 ? $"{read / 1048576.0:0.0} of {total / 1048576.0:0.0} MB" : $"{read / 1048576.0:0.0} MB";
        _sink.Progress(
            $"Downloading kube-prometheus {_release.Number}",
            status,
            total > 0 ? (int)Math.Min(100, read * 100 / total.Value) : -1);
    }

    private static string Reason(Exception exception) => exception.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');

    private MonitoringException Failed(string reason, Exception? innerException = null) =>
        new(
            ErrorId.DownloadFailed,
            $"kube-prometheus {_release.Number} cannot be downloaded from {ReleaseSource.Shown(_uri)}: {reason}. Without access to it from here, run Save-KubePrometheus -Version {_release.Number} on another machine and give its file with -Path.",
            ReleaseSource.Shown(_uri),
            innerException);

    /// <summary>A failure that may not happen again.</summary>
    private sealed class TransientFailure(string message, Exception? innerException, TimeSpan? retryAfter = null)
        : Exception(message, innerException)
    {
        public TimeSpan? RetryAfter { get; } = retryAfter;
    }
}
