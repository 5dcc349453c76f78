using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>
/// The verbs of the API server, on objects as JSON. Answers that a caller has to decide on come back as values; everything else is an error
/// with an id.
/// </summary>
internal sealed class ClusterClient(ClusterConnection connection)
{
    /// <summary>The metadata of a list; whole objects, in which the same is read, where an aggregated API knows no such form.</summary>
    public const string MetadataOnlyList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

    private const string MetadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
    private const int PageSize = 500;

    /// <summary>
    /// How many requests at once where nobody says: the 27 to 30 reads that show whether a release is as it was applied then take one round
    /// trip.
    /// </summary>
    public const int UsualThrottleLimit = 32;

    private static readonly TimeSpan UpgradeTimeout = TimeSpan.FromSeconds(10);

    public ClusterConnection Connection => connection;

    /// <summary>Reads something that must be there.</summary>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string path, string what, CancellationToken cancellationToken)
    {
        var (body, status) = await ReadAsync(new ClusterRequest(HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
        return status is null ? body : throw ClusterErrors.From(status, what, what);
    }

    /// <summary>Reads a document that a server may not have, such as the discovery of a group; null then.</summary>
    public async Task<ReadOnlyMemory<byte>?> FindDocumentAsync(string path, string accept, CancellationToken cancellationToken)
    {
        var (body, status) = await ReadAsync(new ClusterRequest(HttpMethod.Get, path) { Accept = accept }, cancellationToken)
            .ConfigureAwait(false);
        return status switch
        {
            null => (ReadOnlyMemory<byte>?)body,
            { Code: 404 or 406 } => null,
            _ => throw ClusterErrors.From(status, $"get {path}", path),
        };
    }

    /// <summary>Reads a text, such as the log of a container; null where the server does not give it.</summary>
    public async Task<string?> FindTextAsync(string path, CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Get, path) { Accept = "application/json, */*", Retry = false };
        using var response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? Encoding.UTF8.GetString(((BufferedContent)response.Content).Bytes) : null;
    }

    /// <summary>Reads an object; null where there is none.</summary>
    public Task<ReadOnlyMemory<byte>?> FindAsync(ResourceType type, ResourceId id, CancellationToken cancellationToken) =>
        FindAsync(type, id, "application/json", cancellationToken);

    /// <summary>Reads an object's metadata; null where there is none.</summary>
    public async Task<ObjectMetadata?> FindMetadataAsync(ResourceType type, ResourceId id, CancellationToken cancellationToken) =>
        await FindAsync(type, id, MetadataOnly, cancellationToken).ConfigureAwait(false) is { } body ? MetadataOf(body, id) : null;

    /// <summary>Lists objects, metadata only, page by page.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="selector">A query such as <c>labelSelector=a%3Db</c>; empty for all objects.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public IAsyncEnumerable<ObjectMetadata> ListMetadataAsync(
        ResourceType type,
        string? namespaceName,
        string selector,
        CancellationToken cancellationToken) =>
        ListAsync(
            type,
            namespaceName,
            selector,
            MetadataOnlyList,
            item => ObjectMetadataReader.FromMetadata(item.Member("metadata")),
            cancellationToken);

    /// <summary>Lists objects whole, page by page.</summary>
    public IAsyncEnumerable<JsonElement> ListAsync(
        ResourceType type,
        string? namespaceName,
        string selector,
        CancellationToken cancellationToken
    ) => ListAsync(type, namespaceName, selector, "application/json", item => item.Clone(), cancellationToken);

    /// <summary>Server-side apply as this module's field manager.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="id">Which object.</param>
    /// <param name="json">The object, UTF-8 JSON.</param>
    /// <param name="force">Whether to take fields over from other managers.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>What the server said.</returns>
    public Task<ApplyResult> ApplyAsync(
        ResourceType type,
        ResourceId id,
        ReadOnlyMemory<byte> json,
        bool force,
        CancellationToken cancellationToken) => ApplyAsync(type, id, json, FieldManagerEntry.OurName, force, cancellationToken);

    /// <summary>Server-side apply as another field manager, for an object that is that manager's.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="id">Which object.</param>
    /// <param name="json">The object, UTF-8 JSON.</param>
    /// <param name="manager">The field manager.</param>
    /// <param name="force">Whether to take fields over from other managers.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>What the server said.</returns>
    public async Task<ApplyResult> ApplyAsync(
        ResourceType type,
        ResourceId id,
        ReadOnlyMemory<byte> json,
        string manager,
        bool force,
        CancellationToken cancellationToken)
    {
        var path = $"{type.PathOf(id)}?fieldManager={manager}&force={(force ? "true" : "false")}";
        var request = new ClusterRequest(HttpMethod.Patch, path)
        {
            Accept = MetadataOnly,
            Body = json,
            ContentType = "application/apply-patch+yaml",
        };
        using var response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return new ApplyResult(false, null, await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false));
        }

        var body = BodyOf(response, request);
        return new ApplyResult(response.StatusCode == HttpStatusCode.Created, MetadataOf(body, id), null);
    }

    /// <summary>JSON patch as this module's field manager.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="id">Which object.</param>
    /// <param name="operations">The patch, UTF-8 JSON; its first operation tests the resource version, so that it cannot take effect
    /// twice.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>What the server said; an operation that does not hold is a refusal with status 422.</returns>
    public async Task<PatchResult> PatchAsync(
        ResourceType type,
        ResourceId id,
        ReadOnlyMemory<byte> operations,
        CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Patch, $"{type.PathOf(id)}?fieldManager={FieldManagerEntry.OurName}")
        {
            Accept = MetadataOnly,
            Body = operations,
            ContentType = "application/json-patch+json",
            IsRepeatable = true,
        };
        var (body, status) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        return status is null ? new PatchResult(MetadataOf(body, id), null) : new PatchResult(null, status);
    }

    /// <summary>Posts a question, such as an access review, and reads its answer; nothing is stored.</summary>
    public async Task<ReadOnlyMemory<byte>> AskAsync(
        string path,
        ReadOnlyMemory<byte> question,
        string what,
        CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Post, path) { Body = question, ContentType = "application/json", IsRepeatable = true };
        var (body, status) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        return status is null ? body : throw ClusterErrors.From(status, what, what);
    }

    /// <summary>Changes the given fields of an object by a merge patch, as this module's field manager.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="id">Which object.</param>
    /// <param name="json">The fields, UTF-8 JSON.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>What the server said.</returns>
    public Task<PatchResult> MergeAsync(ResourceType type, ResourceId id, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        MergeAsync(type, id, json, FieldManagerEntry.OurName, cancellationToken);

    /// <summary>Changes the given fields of an object by a merge patch, as another field manager.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="id">Which object.</param>
    /// <param name="json">The fields, UTF-8 JSON.</param>
    /// <param name="manager">The field manager.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>What the server said.</returns>
    public async Task<PatchResult> MergeAsync(
        ResourceType type,
        ResourceId id,
        ReadOnlyMemory<byte> json,
        string manager,
        CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Patch, $"{type.PathOf(id)}?fieldManager={manager}")
        {
            Accept = MetadataOnly,
            Body = json,
            ContentType = "application/merge-patch+json",
        };
        var (body, status) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        return status is null ? new PatchResult(MetadataOf(body, id), null) : new PatchResult(null, status);
    }

    /// <summary>Deletes an object, in the background where it owns others.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="id">Which object.</param>
    /// <param name="uid">The UID that it must have; null for any.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>Whether it is there no longer, still ending, or refused.</returns>
    public async Task<DeleteResult> DeleteAsync(ResourceType type, ResourceId id, string? uid, CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Delete, type.PathOf(id))
        {
            Accept = MetadataOnly,
            Body = DeleteOptions.Background(uid),
            ContentType = "application/json",
        };
        var (body, status) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        if (status is not null)
        {
            return status.Code == 404 ? DeleteResult.Gone : new DeleteResult(false, status);
        }

        return ObjectMetadataReader.Read(body) is { DeletionTimestamp: not null } ? DeleteResult.Terminating : DeleteResult.Gone;
    }

    /// <summary>Watches a list; ends when the server ends it. Objects are valid until the next event.</summary>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        string pathAndQuery,
        bool metadataOnly,
        string what,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Get, pathAndQuery)
        {
            Accept = metadataOnly ? MetadataOnly : "application/json",
            LongLived = true,
        };
        using var response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw ClusterErrors.From(await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false), $"watch {what}", what);
        }

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var watchEvent in WatchEventReader.ReadAsync(stream, what, cancellationToken).ConfigureAwait(false))
        {
            yield return watchEvent;
        }
    }

    /// <summary>Opens a WebSocket.</summary>
    /// <param name="pathAndQuery">The subresource.</param>
    /// <param name="protocol">The subprotocol.</param>
    /// <param name="what">What is tried, to follow "Cannot".</param>
    /// <param name="target">What the error is about.</param>
    /// <param name="retry">Whether to try again as with other requests; not for who has other places to try.</param>
    /// <param name="cancellationToken">Ends the tries, not the WebSocket.</param>
    /// <returns>The WebSocket.</returns>
    public async Task<WebSocket> OpenWebSocketAsync(
        string pathAndQuery,
        string protocol,
        string what,
        string target,
        bool retry,
        CancellationToken cancellationToken)
    {
        var upgrade = new WebSocketUpgrade(protocol);
        var response = await connection
            .SendAsync(
                new ClusterRequest(HttpMethod.Get, pathAndQuery)
                {
                    Upgrade = upgrade,
                    Retry = retry,
                    Timeout = UpgradeTimeout,
                },
                cancellationToken).ConfigureAwait(false);
        try
        {
            if (upgrade.IsAcceptedBy(response))
            {
                return await upgrade.OpenAsync(response, cancellationToken).ConfigureAwait(false);
            }

            var hasSucceeded = response.StatusCode == HttpStatusCode.SwitchingProtocols || response.IsSuccessStatusCode;
            var status = hasSucceeded ? null : await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false);

            // A node that does not know the subprotocol answers 403 without a word (recorded: 1.20, 1.36); who may not is told so by the
            // API server.
            throw status is null or { Code: 403, IsStatus: false, Message: "" }
                ? new MonitoringException(
                    ErrorId.ResponseInvalid,
                    $"Cannot {what}: what answered does not know WebSockets of the kind {protocol}",
                    "see that no proxy stands before the API server that does not pass them on",
                    target)
                : ClusterErrors.From(status, what, target);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async IAsyncEnumerable<T> ListAsync<T>(
        ResourceType type,
        string? namespaceName,
        string selector,
        string accept,
        Func<JsonElement, T?> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var what = $"list {type.Plural}{(namespaceName is null ? string.Empty : $" in {namespaceName}")}";
        string? next = null;
        do
        {
            var query =
                $"?limit={PageSize}{(selector.Length == 0 ? string.Empty : "&" + selector)}{(next is null ? string.Empty : "&continue=" + Uri.EscapeDataString(next))}";
            var request = new ClusterRequest(HttpMethod.Get, type.ListPath(namespaceName) + query) { Accept = accept };
            var (body, status) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
            if (status is { Code: 404 })
            {
                yield break;
            }

            if (status is not null)
            {
                throw ClusterErrors.From(status, what, type.Plural);
            }

            using var page = ParseAnswer(body, what);
            foreach (var item in page.RootElement.Items("items"))
            {
                if (read(item) is { } value)
                {
                    yield return value;
                }
            }

            next = page.RootElement.Member("metadata").Text("continue");
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async Task<ReadOnlyMemory<byte>?> FindAsync(
        ResourceType type,
        ResourceId id,
        string accept,
        CancellationToken cancellationToken)
    {
        var (body, status) = await ReadAsync(new ClusterRequest(HttpMethod.Get, type.PathOf(id)) { Accept = accept }, cancellationToken)
            .ConfigureAwait(false);
        return status switch
        {
            null => (ReadOnlyMemory<byte>?)body,
            { Code: 404 } => null,
            _ => throw ClusterErrors.From(status, $"get {id}", id.ToString()),
        };
    }

    private async Task<(ReadOnlyMemory<byte> Body, StatusBody? Status)> ReadAsync(
        ClusterRequest request,
        CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? (BodyOf(response, request), null)
            : (default, await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// A success's body. One that is no JSON object comes from something in front of the API server, such as a proxy that wants somebody to
    /// sign in.
    /// </summary>
    private static ReadOnlyMemory<byte> BodyOf(HttpResponseMessage response, ClusterRequest request)
    {
        var body = ((BufferedContent)response.Content).Bytes;
        return body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..] && JsonTexts.AreReadable(body)
            ? body
            : throw NoKubernetesAnswer($"{request.Method} {request.PathAndQuery.Split('?')[0]}", null);
    }

    private static ObjectMetadata MetadataOf(ReadOnlyMemory<byte> body, ResourceId id)
    {
        try
        {
            return ObjectMetadataReader.Read(body) ?? throw NoKubernetesAnswer(id.ToString(), null);
        }
        catch (JsonException exception)
        {
            throw NoKubernetesAnswer(id.ToString(), exception);
        }
    }

    public static JsonDocument ParseAnswer(ReadOnlyMemory<byte> body, string what)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException exception)
        {
            throw NoKubernetesAnswer(what, exception);
        }
    }

    private static MonitoringException NoKubernetesAnswer(string what, Exception? cause) =>
        new(
            ErrorId.ResponseInvalid,
            $"The server's answer for {what} is no Kubernetes object",
            "check that the address in the kubeconfig is an API server's, and run the command again",
            what,
            cause);
}
