using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Servers;

/// <summary>Reads from an HTTP API of any server: bounded in time and size, every failure one line with an id.</summary>
/// <param name="http">The client; its base address ends with a slash.</param>
/// <param name="who">The server, for messages.</param>
/// <param name="access">The parameters that remedies name.</param>
/// <param name="prefix">What all paths begin with; empty, or ends with a slash.</param>
internal sealed class JsonApi(HttpClient http, string who, ServerAccess access, string prefix = "")
{
    private static readonly TimeSpan Limit = Bounds.ServiceTime.Time;

    /// <summary>The server, for messages.</summary>
    public string Who => who;

    /// <summary>Creates an API whose paths all begin with a prefix, such as that of a data source of Grafana.</summary>
    public JsonApi CreateBelow(string path) => new(http, who, access, prefix + path);

    /// <summary>Reads a document.</summary>
    /// <param name="path">The path and query below the base address, without a slash at the beginning.</param>
    /// <param name="login">Who signs in; null for nobody.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The body of a success, or of any other response that is JSON, as errors of these APIs are.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ServiceUnreachable"/>, <see cref="ErrorId.TimedOut"/>, <see
    /// cref="ErrorId.NotAuthenticated"/>, <see cref="ErrorId.CertificateNotTrusted"/> or <see cref="ErrorId.ResponseInvalid"/>; or why its
    /// pod could not be dialled.</exception>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string path, ServerLogin? login, CancellationToken cancellationToken) =>
        (await SendAsync(() => Create(HttpMethod.Get, path), login, isOptional: false, cancellationToken).ConfigureAwait(false))!.Body;

    /// <summary>Reads a document that not every server of the kind has; null if this server does not have it.</summary>
    public async Task<ReadOnlyMemory<byte>?> FindAsync(string path, ServerLogin? login, CancellationToken cancellationToken) =>
        (await SendAsync(() => Create(HttpMethod.Get, path), login, isOptional: true, cancellationToken).ConfigureAwait(false))?.Body;

    /// <summary>Sends a document to be stored.</summary>
    /// <exception cref="MonitoringException">As for a read; <see cref="ErrorId.ResponseInvalid"/> if the server refuses the
    /// document.</exception>
    public async Task PostAsync(string path, ReadOnlyMemory<byte> json, ServerLogin? login, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Post, path, json, login, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            var reason = OneLine.TrimPunctuation(OneLine.Clean(Encoding.UTF8.GetString(answer.Body.Span), 200));
            throw new MonitoringException(ErrorId.ResponseInvalid, $"{who} answers {answer.Status}: {reason}", who);
        }
    }

    /// <summary>Sends a request whose response the caller judges.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="json">The body; null for none.</param>
    /// <param name="login">Who signs in; null for nobody.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The response, if it is JSON.</returns>
    /// <exception cref="MonitoringException">As for a read.</exception>
    public async Task<JsonAnswer> SendAsync(
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte>? json,
        ServerLogin? login,
        CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            () =>
            {
                var request = Create(method, path);
                if (json is { } body)
                {
                    request.Content = new ReadOnlyMemoryContent(body);
                    request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                }

                return request;
            },
            login,
            isOptional: false,
            cancellationToken).ConfigureAwait(false);
        return answer!;
    }

    /// <summary>Sends a form; null if the server takes none. The request changes nothing, so that it may be sent again.</summary>
    public async Task<ReadOnlyMemory<byte>?> FindByFormAsync(
        string path,
        IReadOnlyDictionary<string, string> form,
        ServerLogin? login,
        CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            () =>
            {
                var request = Create(HttpMethod.Post, path);
                request.Content = new FormUrlEncodedContent(form);
                return request;
            },
            login,
            isOptional: true,
            cancellationToken).ConfigureAwait(false);
        return answer?.Body;
    }

    /// <summary>
    /// Reads a document whose list is read item by item, and may so be longer than other documents; null if this server does not have it.
    /// </summary>
    /// <param name="path">The path and query below the base address.</param>
    /// <param name="list">The names of the members that lead to the list.</param>
    /// <param name="read">Is given the text of each item, which it must not keep.</param>
    /// <param name="login">Who signs in; null for nobody.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The document without the items.</returns>
    /// <exception cref="System.Text.Json.JsonException">The document is not valid JSON.</exception>
    public async Task<ReadOnlyMemory<byte>?> FindItemsAsync(
        string path,
        IReadOnlyList<string> list,
        Action<ReadOnlyMemory<byte>> read,
        ServerLogin? login,
        CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            () => Create(HttpMethod.Get, path),
            login,
            isOptional: true,
            async (content, token) => await ReadItemsAsync(content, list, read, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        return answer?.Body;
    }

    private HttpRequestMessage Create(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(prefix + path, UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private Task<JsonAnswer?> SendAsync(
        Func<HttpRequestMessage> create,
        ServerLogin? login,
        bool isOptional,
        CancellationToken cancellationToken) =>
        SendAsync(create, login, isOptional, ReadAsync, cancellationToken);

    private async Task<JsonAnswer?> SendAsync(
        Func<HttpRequestMessage> create,
        ServerLogin? login,
        bool isOptional,
        Func<HttpContent, CancellationToken, Task<ReadOnlyMemory<byte>>> read,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var request = create();
            request.Headers.Authorization = login?.CreateHeader();
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            if (isOptional && (int)response.StatusCode is 400 or 404 or 405 or 501 && !IsJson(response))
            {
                return null;
            }

            EnsureJson(response, isSignedIn: login is not null);
            var body = await read(response.Content, limit.Token).ConfigureAwait(false);
            return new JsonAnswer((int)response.StatusCode, body);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw CreateSilent(ErrorId.TimedOut, $"{who} did not answer within {Limit.TotalSeconds:0} s", exception);
        }
        catch (HttpRequestException exception) when (FindCause<MonitoringException>(exception) is { } dialError)
        {
            throw new MonitoringException(dialError.ErrorId, dialError.Reason, dialError.Remedy, who, exception);
        }
        catch (HttpRequestException exception) when (FindCause<CertificateRefusedException>(exception) is { } refused)
        {
            throw new MonitoringException(
                ErrorId.CertificateNotTrusted,
                $"the certificate of {who} {refused.Refusal.Text}",
                DescribeTrust(refused.Refusal.Kind),
                who,
                exception);
        }
        catch (HttpRequestException exception) when (FindCause<AuthenticationException>(exception) is { } handshake)
        {
            throw new MonitoringException(
                ErrorId.ServiceUnreachable,
                $"{who} does not answer: the TLS handshake failed: {Describe(handshake)}",
                "give the address with http:// if the server serves no TLS",
                who,
                exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw CreateSilent(
                ErrorId.ServiceUnreachable,
                $"{who} does not answer: {Describe(exception.GetBaseException())}",
                exception);
        }
    }

    private MonitoringException CreateSilent(string id, string reason, Exception cause) => new(
        id,
        reason,
        access.IsNamed
            ? $"check that {access.Name} runs and can be reached from here, or give another address with -{access.Name}Uri"
            : $"check that {access.Name} runs, and see the log of the pod",
        who,
        cause);

    private string DescribeTrust(CertificateFault fault) => fault switch
    {
        CertificateFault.OutOfDate => "have it renewed, or set the clock of this machine right",
        CertificateFault.WrongHost => $"give an address with -{access.Name}Uri that the certificate names",
        _ => $"give the authority that signed it with -{access.Name}CertificateAuthority",
    };

    private static bool IsJson(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType == "application/json";

    private void EnsureJson(HttpResponseMessage response, bool isSignedIn)
    {
        var status = (int)response.StatusCode;
        if (status is 401 or 403)
        {
            throw new MonitoringException(
                ErrorId.NotAuthenticated,
                isSignedIn ? $"{who} does not accept the credentials ({status})" : $"{who} asks for credentials ({status})",
                $"sign in with -{access.Name}Credential or -{access.Name}Token"
                    + (isSignedIn ? " as a user with permission to query" : string.Empty),
                who);
        }

        if (!response.IsSuccessStatusCode && !IsJson(response))
        {
            var reason = OneLine.Clean(response.ReasonPhrase, 60);
            throw new MonitoringException(ErrorId.ResponseInvalid, $"{who} answers {status} {reason}", who);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var limited = new LimitedStream(stream, Bounds.ServiceResponse.Limit, () => CreateTooLarge(Bounds.ServiceResponse));
        await using (limited.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            await limited.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
            return body.GetBuffer().AsMemory(0, (int)body.Length);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadItemsAsync(
        HttpContent content,
        IReadOnlyList<string> list,
        Action<ReadOnlyMemory<byte>> read,
        CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var limited = new LimitedStream(stream, Bounds.ServiceList.Limit, () => CreateTooLarge(Bounds.ServiceList));
        await using (limited.ConfigureAwait(false))
        {
            using var items = new JsonItems(list, Bounds.ServiceResponse, () => CreateTooLarge(Bounds.ServiceResponse), read);
            return await items.ReadAsync(limited, cancellationToken).ConfigureAwait(false);
        }
    }

    private MonitoringException CreateTooLarge(Bound bound) =>
        new(ErrorId.ResponseInvalid, $"{who} answers with more than {bound}", who);

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

/// <summary>A response that is JSON.</summary>
/// <param name="Status">The status of HTTP.</param>
/// <param name="Body">The body, UTF-8 JSON.</param>
internal sealed record JsonAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => Status / 100 == 2;
}
