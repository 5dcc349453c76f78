using System.Net;
using System.Net.Http.Headers;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>Reads from an HTTP API that may be anything: bounded in time and size, every failure one line with an id.</summary>
/// <param name="http">Where it is, by its base address, which ends with a slash.</param>
/// <param name="who">Who it is, for messages.</param>
internal sealed class JsonApi(HttpClient http, string who)
{
    private const int LargestAnswer = 64 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Who it is, for messages.</summary>
    public string Who => who;

    /// <summary>Reads a document.</summary>
    /// <param name="path">The path and query below the base address, without a slash at its beginning.</param>
    /// <param name="credential">Who signs in; null for nobody.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The body of a success, or of any other answer that is JSON, as errors of these APIs are.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ServiceUnreachable"/>, <see cref="ErrorId.TimedOut"/>, <see
    /// cref="ErrorId.NotAuthenticated"/> or <see cref="ErrorId.ResponseInvalid"/>; or why its pod could not be dialled.</exception>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string path, NetworkCredential? credential, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            if (credential is not null)
            {
                var pair = System.Text.Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}");
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(pair));
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            if (status is 401 or 403)
            {
                throw new MonitoringException(ErrorId.NotAuthenticated, $"{who} asks for credentials ({status})", who);
            }

            return response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType == "application/json"
                ? await ReadAsync(response.Content, limit.Token).ConfigureAwait(false)
                : throw new MonitoringException(
                    ErrorId.ResponseInvalid,
                    $"{who} answers {status} {OneLine.Clean(response.ReasonPhrase, 60)}",
                    who);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MonitoringException(ErrorId.TimedOut, $"{who} did not answer within {Limit.TotalSeconds:0} s", who, exception);
        }
        catch (HttpRequestException exception) when (Cause<MonitoringException>(exception) is { } refused)
        {
            throw new MonitoringException(refused.ErrorId, refused.Message, who, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new MonitoringException(
                ErrorId.ServiceUnreachable,
                $"{who} does not answer: {Words(exception.GetBaseException().Message)}",
                who,
                exception);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            var buffer = new byte[64 << 10];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                if (body.Length + count > LargestAnswer)
                {
                    throw new MonitoringException(ErrorId.ResponseInvalid, $"{who} answers with more than {LargestAnswer >> 20} MiB", who);
                }

                body.Write(buffer, 0, count);
            }

            return body.GetBuffer().AsMemory(0, (int)body.Length);
        }
    }

    // A kubelet says it in 300 characters, at the end of which stands the reason.
    private static string Words(string message) =>
        message.Contains("connection refused", StringComparison.OrdinalIgnoreCase)
            ? "the connection was refused"
            : OneLine.TrimPunctuation(OneLine.Clean(message, 200));

    private static T? Cause<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T cause)
            {
                return cause;
            }
        }

        return null;
    }
}
