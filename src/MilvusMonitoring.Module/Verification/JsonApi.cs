using System.Net;
using System.Net.Http.Headers;
using MilvusMonitoring.IO;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>Reads from an HTTP API of any server: bounded in time and size, every failure one line with an id.</summary>
/// <param name="http">The client; its base address ends with a slash.</param>
/// <param name="who">The server, for messages.</param>
internal sealed class JsonApi(HttpClient http, string who)
{
    private static readonly TimeSpan Limit = Bounds.ServiceTime.Time;

    /// <summary>The server, for messages.</summary>
    public string Who => who;

    /// <summary>Reads a document.</summary>
    /// <param name="path">The path and query below the base address, without a slash at the beginning.</param>
    /// <param name="credential">Who signs in; null for nobody.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The body of a success, or of any other response that is JSON, as errors of these APIs are.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ServiceUnreachable"/>, <see cref="ErrorId.TimedOut"/>, <see
    /// cref="ErrorId.NotAuthenticated"/> or <see cref="ErrorId.ResponseInvalid"/>; or why its pod could not be dialled.</exception>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string path, NetworkCredential? credential, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var request = CreateRequest(path, credential);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            EnsureJson(response);
            return await ReadAsync(response.Content, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MonitoringException(ErrorId.TimedOut, $"{who} did not answer within {Limit.TotalSeconds:0} s", who, exception);
        }
        catch (HttpRequestException exception) when (FindCause<MonitoringException>(exception) is { } dialError)
        {
            throw new MonitoringException(dialError.ErrorId, dialError.Reason, dialError.Remedy, who, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new MonitoringException(
                ErrorId.ServiceUnreachable,
                $"{who} does not answer: {Describe(exception.GetBaseException())}",
                who,
                exception);
        }
    }

    private static HttpRequestMessage CreateRequest(string path, NetworkCredential? credential)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (credential is not null)
        {
            var pair = System.Text.Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(pair));
        }

        return request;
    }

    private void EnsureJson(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is 401 or 403)
        {
            throw new MonitoringException(ErrorId.NotAuthenticated, $"{who} asks for credentials ({status})", who);
        }

        if (!response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType != "application/json")
        {
            var reason = OneLine.Clean(response.ReasonPhrase, 60);
            throw new MonitoringException(ErrorId.ResponseInvalid, $"{who} answers {status} {reason}", who);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var limited = new LimitedStream(stream, Bounds.ServiceResponse.Limit, CreateTooLarge);
        await using (limited.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            await limited.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
            return body.GetBuffer().AsMemory(0, (int)body.Length);
        }
    }

    private MonitoringException CreateTooLarge() =>
        new(ErrorId.ResponseInvalid, $"{who} answers with more than {Bounds.ServiceResponse}", who);

    // The message of a kubelet has 300 characters, and the reason is at its end.
    private static string Describe(Exception exception) =>
        exception.Message.Contains("connection refused", StringComparison.OrdinalIgnoreCase)
            ? "the connection was refused"
            : OneLine.TrimPunctuation(OneLine.Clean(exception.Message, 200));

    private static T? FindCause<T>(Exception? exception)
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
