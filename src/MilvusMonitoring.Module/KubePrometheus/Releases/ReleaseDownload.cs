using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using MilvusMonitoring.IO;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Downloads the archive of a release into memory, bounded in size and time. Retries transient failures.</summary>
internal sealed class ReleaseDownload
{
    // If the source sends nothing for this long, the attempt fails, and the next one begins.
    private static readonly TimeSpan StallLimit = Bounds.DownloadStall.Time;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly Release _release;
    private readonly Uri _uri;
    private readonly TimeSpan _firstPause;
    private readonly IActivitySink _sink;

    /// <param name="firstPause">The pause before the second attempt. Each further pause is twice as long.</param>
    public ReleaseDownload(Release release, ReleaseSource source, TimeSpan firstPause, IActivitySink sink)
    {
        _release = release;
        _uri = source.UriOf(release);
        _firstPause = firstPause;
        _sink = sink;
    }

    /// <returns>The archive, positioned at its start.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.DownloadFailed"/>.</exception>
    public async Task<MemoryStream> RunAsync(CancellationToken cancellationToken)
    {
        // As every HttpClient, this one uses the proxy of the environment or of the system.
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = StallLimit,
            DefaultProxyCredentials = CredentialCache.DefaultCredentials,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = OfflineChain.CreatePolicy() },
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

            if (attempt == Bounds.DownloadTries.Limit)
            {
                throw CreateFailed($"{failure.Message} ({Bounds.DownloadTries.Limit} attempts)", failure.InnerException);
            }

            var pause = failure.RetryAfter
                ?? (Backoff.After(attempt, _firstPause, LongestPause) * (0.5 + Random.Shared.NextDouble()));
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
            throw new TransientFailure($"the source sent nothing for {StallLimit.TotalSeconds:0} s", exception);
        }
        catch (HttpRequestException exception)
            when (exception.HttpRequestError
                    is HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError)
        {
            throw CreateFailed(DescribeReason(exception), exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            throw new TransientFailure(DescribeReason(exception), exception);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var uri = _uri;
        for (var hop = 0; hop <= Bounds.DownloadRedirects.Limit; hop++)
        {
            var response = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                uri = FollowRedirect(response, uri);
            }
        }

        throw CreateFailed($"the source redirected more than {Bounds.DownloadRedirects.Limit} times");
    }

    private Uri FollowRedirect(HttpResponseMessage response, Uri uri)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            var next = new Uri(uri, location);
            return ReleaseSource.IsAllowed(next)
                ? next
                : throw CreateFailed($"the source redirected to {ReleaseSource.Redact(next)}, which is not https");
        }

        var reason = $"{uri.Host} responded with {status} {response.ReasonPhrase}";
        throw status is 408 or 429 or >= 500
            ? new TransientFailure(reason, null, response.Headers.RetryAfter?.Delta)
            : CreateFailed(reason);
    }

    private async Task<MemoryStream> ReadAsync(HttpResponseMessage response, CancellationTokenSource stall)
    {
        var started = Stopwatch.GetTimestamp();
        var total = response.Content.Headers.ContentLength;
        var content = new MemoryStream();
        var stream = new LimitedStream(
            await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false),
            Bounds.Archive.Limit,
            () => CreateFailed($"the file has more than {Bounds.Archive}, far more than a release"));
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, stall.Token).ConfigureAwait(false)) > 0)
            {
                if (Stopwatch.GetElapsedTime(started) > Bounds.DownloadTime.Time)
                {
                    throw CreateFailed($"the source has not sent the file within {Bounds.DownloadTime}");
                }

                stall.CancelAfter(StallLimit);
                content.Write(buffer, 0, read);
                Report(content.Length, total);
            }
        }

        if (content.GetBuffer().AsSpan(0, (int)content.Length) is not [0x1F, 0x8B, ..])
        {
            var mediaType = response.Content.Headers.ContentType?.MediaType ?? "something else";
            throw CreateFailed($"the response is not an archive but {mediaType}, perhaps the page of a proxy or a login");
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

    private static string DescribeReason(Exception exception) => exception.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');

    private MonitoringException CreateFailed(string reason, Exception? innerException = null) =>
        new(
            ErrorId.DownloadFailed,
            $"kube-prometheus {_release.Number} cannot be downloaded from {ReleaseSource.Redact(_uri)}: {reason}",
            "if this machine has no access to the source, "
                + $"run Save-KubePrometheus -Version {_release.Number} on another machine, "
                + "and give its file to Install-KubePrometheus with -Path",
            ReleaseSource.Redact(_uri),
            innerException);

    /// <summary>A failure that may not happen again.</summary>
    private sealed class TransientFailure(string message, Exception? innerException, TimeSpan? retryAfter = null)
        : Exception(message, innerException)
    {
        public TimeSpan? RetryAfter { get; } = retryAfter;
    }
}
