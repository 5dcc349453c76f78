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
/// The verbs of the API server, on objects as JSON. A response on which the caller decides is a result; any other failure is an error with
/// an id.
/// </summary>
internal sealed class ClusterClient(ClusterConnection connection)
{
    /// <summary>
    /// Asks for the metadata of a list. An aggregated API without that form sends whole objects, which hold the metadata at the same place.
    /// </summary>
    public const string MetadataOnlyList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

    private const string MetadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
    private const int PageSize = 500;
    private const int PageShrink = 5;

    // The metadata of an object has about 1 KB.
    private const int MetadataPageSize = 1000;

    /// <summary>
    /// The default number of parallel requests. The 27 to 30 reads that compare a release with the cluster then take one round trip.
    /// </summary>
    public const int DefaultThrottleLimit = 32;

    private static readonly TimeSpan UpgradeTimeout = TimeSpan.FromSeconds(10);

    public ClusterConnection Connection => connection;

    /// <summary>Reads a document that must exist.</summary>
    /// <param name="what">The action, to follow "Cannot" in the error.</param>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string path, string what, CancellationToken cancellationToken)
    {
        var (body, status) = await ReadAsync(new ClusterRequest(HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
        return status is null ? body : throw ClusterErrors.From(status, what, what);
    }

    /// <summary>Reads a document, such as the discovery of a group; null if the server does not have the document.</summary>
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

    /// <summary>Reads a text, such as the log of a container; null if the server does not send the text.</summary>
    public async Task<string?> FindTextAsync(string path, CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Get, path) { Accept = "application/json, */*", Retry = false };
        using var response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? Encoding.UTF8.GetString(((BufferedContent)response.Content).Bytes) : null;
    }

    /// <summary>Reads an object; null if there is none.</summary>
    public Task<ReadOnlyMemory<byte>?> FindAsync(ResourceType type, ResourceId id, CancellationToken cancellationToken) =>
        FindAsync(type, id, "application/json", cancellationToken);

    /// <summary>Reads an object's metadata; null if there is no such object.</summary>
    public async Task<ObjectMetadata?> FindMetadataAsync(ResourceType type, ResourceId id, CancellationToken cancellationToken) =>
        await FindAsync(type, id, MetadataOnly, cancellationToken).ConfigureAwait(false) is { } body ? ReadMetadata(body, id) : null;

    /// <summary>Lists objects, metadata only, page by page.</summary>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="selector">A query such as <c>labelSelector=a%3Db</c>; empty for all objects.</param>
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
            MetadataPageSize,
            item => ObjectMetadataReader.FromMetadata(item.Member("metadata")),
            cancellationToken);

    /// <summary>Lists whole objects, page by page.</summary>
    public IAsyncEnumerable<JsonElement> ListAsync(
        ResourceType type,
        string? namespaceName,
        string selector,
        CancellationToken cancellationToken
    ) => ListAsync(type, namespaceName, selector, "application/json", PageSize, item => item, cancellationToken);

    /// <summary>Server-side apply as this module's field manager.</summary>
    /// <param name="json">The object, UTF-8 JSON.</param>
    /// <param name="force">Whether to take fields over from other managers.</param>
    public Task<ApplyResult> ApplyAsync(
        ResourceType type,
        ResourceId id,
        ReadOnlyMemory<byte> json,
        bool force,
        CancellationToken cancellationToken) => ApplyAsync(type, id, json, FieldManagerEntry.OurName, force, cancellationToken);

    /// <summary>Has the server check a server-side apply as this module's field manager. Nothing is stored.</summary>
    /// <param name="json">The object, UTF-8 JSON.</param>
    public Task<ApplyResult> CheckApplyAsync(
        ResourceType type,
        ResourceId id,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken) =>
        ApplyAsync(id, $"{type.PathOf(id)}?fieldManager={FieldManagerEntry.OurName}&force=false&dryRun=All", json, cancellationToken);

    /// <summary>Server-side apply as another field manager, for an object that belongs to that manager.</summary>
    /// <param name="json">The object, UTF-8 JSON.</param>
    /// <param name="force">Whether to take fields over from other managers.</param>
    public Task<ApplyResult> ApplyAsync(
        ResourceType type,
        ResourceId id,
        ReadOnlyMemory<byte> json,
        string manager,
        bool force,
        CancellationToken cancellationToken) =>
        ApplyAsync(id, $"{type.PathOf(id)}?fieldManager={manager}&force={(force ? "true" : "false")}", json, cancellationToken);

    private async Task<ApplyResult> ApplyAsync(
        ResourceId id,
        string path,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Patch, path)
        {
            Accept = MetadataOnly,
            Body = json,
            ContentType = ClusterRequest.ApplyPatch,
        };
        using var response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return new ApplyResult(false, null, await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false));
        }

        var body = GetBody(response, request);
        return new ApplyResult(response.StatusCode == HttpStatusCode.Created, ReadMetadata(body, id), null);
    }

    /// <summary>JSON patch as this module's field manager.</summary>
    /// <param name="operations">
    /// The patch, UTF-8 JSON. Its first operation tests the resource version, so that the patch cannot take effect twice.
    /// </param>
    /// <returns>The result. A failed test is a failure with status 422.</returns>
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
        return status is null ? new PatchResult(ReadMetadata(body, id), null) : new PatchResult(null, status);
    }

    /// <summary>Posts a request that stores nothing, such as an access review, and reads the response.</summary>
    /// <param name="what">The action, to follow "Cannot" in the error.</param>
    public async Task<ReadOnlyMemory<byte>> PostAsync(
        string path,
        ReadOnlyMemory<byte> json,
        string what,
        CancellationToken cancellationToken)
    {
        var request = new ClusterRequest(HttpMethod.Post, path) { Body = json, ContentType = "application/json", IsRepeatable = true };
        var (body, status) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        return status is null ? body : throw ClusterErrors.From(status, what, what);
    }

    /// <summary>Merge patch as this module's field manager.</summary>
    /// <param name="json">The changed fields, UTF-8 JSON.</param>
    public Task<PatchResult> MergeAsync(ResourceType type, ResourceId id, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        MergeAsync(type, id, json, FieldManagerEntry.OurName, cancellationToken);

    /// <summary>Merge patch as another field manager.</summary>
    /// <param name="json">The changed fields, UTF-8 JSON.</param>
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
            ContentType = ClusterRequest.MergePatch,
        };
        var (body, status) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        return status is null ? new PatchResult(ReadMetadata(body, id), null) : new PatchResult(null, status);
    }

    /// <summary>Deletes an object now, and the objects that it owns in the background.</summary>
    /// <param name="uid">The UID that the object must have; null for any.</param>
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

    /// <summary>Watches a list until the server ends the watch. The object of an event is valid until the next event.</summary>
    /// <param name="what">The watched objects, for messages.</param>
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
    /// <param name="what">The action, to follow "Cannot" in the error.</param>
    /// <param name="target">The target of the error.</param>
    /// <param name="retry">Whether to retry as for other requests; false when the caller tries other pods itself.</param>
    /// <param name="cancellationToken">Ends the tries, not the WebSocket.</param>
    public async Task<WebSocket> OpenWebSocketAsync(
        string pathAndQuery,
        string protocol,
        string what,
        string target,
        bool retry,
        CancellationToken cancellationToken)
    {
        var upgrade = new WebSocketUpgrade(protocol);
        var request = new ClusterRequest(HttpMethod.Get, pathAndQuery) { Upgrade = upgrade, Retry = retry, Timeout = UpgradeTimeout };
        var response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            if (upgrade.IsAcceptedBy(response))
            {
                return await upgrade.OpenAsync(response, cancellationToken).ConfigureAwait(false);
            }

            var hasSucceeded = response.StatusCode == HttpStatusCode.SwitchingProtocols || response.IsSuccessStatusCode;
            var status = hasSucceeded ? null : await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false);

            // A node that does not know the subprotocol answers 403 with an empty body (recorded: 1.20, 1.36). For a missing permission
            // the API server sends a Status.
            if (status is { IsStatus: false, Code: 400 or 405 or 426 or > 500 })
            {
                throw new MonitoringException(
                    ErrorId.ResponseInvalid,
                    $"Cannot {what}: a proxy before the API server does not pass WebSockets on, and answers {status.Code}",
                    "have the proxy pass WebSockets on, or connect to the API server itself",
                    target);
            }

            throw status is null or { Code: 403, IsStatus: false, Message: "" }
                ? new MonitoringException(
                    ErrorId.ResponseInvalid,
                    $"Cannot {what}: the server does not support WebSockets with the subprotocol {protocol}",
                    "check that no proxy before the API server blocks WebSockets",
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
        int pageSize,
        Func<JsonElement, T?> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var what = $"list {type.Plural}{(namespaceName is null ? string.Empty : $" in {namespaceName}")}";
        var filter = selector.Length == 0 ? string.Empty : "&" + selector;
        string? next = null;
        var (pages, objects) = (0, 0);
        do
        {
            var page = next is null ? string.Empty : "&continue=" + Uri.EscapeDataString(next);
            var path = $"{type.GetListPath(namespaceName)}?limit={pageSize}{filter}{page}";
            var request = new ClusterRequest(HttpMethod.Get, path) { Accept = accept, IsList = true };
            using var response = await SendListAsync(request, what, cancellationToken).ConfigureAwait(false);
            var content = response.Content as BufferedContent;
            if (response.IsSuccessStatusCode && pageSize > 1 && content!.IsCut)
            {
                // Few objects are large, so that smaller pages hold them.
                pageSize = Math.Max(1, pageSize / PageShrink);
                continue;
            }

            var (body, status) = await ReadAsync(response, request, cancellationToken).ConfigureAwait(false);
            if (status is { Code: 404 })
            {
                yield break;
            }

            if (status is not null)
            {
                throw ClusterErrors.From(status, what, type.Plural);
            }

            next = Parse(body, what).Member("metadata").Text("continue");
            (pages, objects) = (pages + 1, objects + content!.Items.Count);
            if (pages > Bounds.ListPages.Limit || objects > Bounds.ListObjects.Limit)
            {
                var bound = pages > Bounds.ListPages.Limit ? Bounds.ListPages : Bounds.ListObjects;
                throw bound.CreateExceeded(
                    ErrorId.ResponseInvalid,
                    $"To {what}",
                    "name a namespace, or see what made so many",
                    type.Plural);
            }

            while (content.Items.TryDequeue(out var item))
            {
                if (read(Parse(item, what)) is { } value)
                {
                    yield return value;
                }
            }
        }
        while (!string.IsNullOrEmpty(next) || pages == 0);
    }

    private async Task<HttpResponseMessage> SendListAsync(ClusterRequest request, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException exception)
        {
            throw CreateNotKubernetes(what, exception);
        }
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> json, string what)
    {
        try
        {
            return JsonSlice.Parse(json);
        }
        catch (JsonException exception)
        {
            throw CreateNotKubernetes(what, exception);
        }
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
        return await ReadAsync(response, request, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(ReadOnlyMemory<byte> Body, StatusBody? Status)> ReadAsync(
        HttpResponseMessage response,
        ClusterRequest request,
        CancellationToken cancellationToken) => response.IsSuccessStatusCode
            ? (GetBody(response, request), null)
            : (default, await StatusBody.ReadAsync(response, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Gets the body of a successful response. A body that is not a JSON object comes from something in front of the API server, such as
    /// the sign-in page of a proxy.
    /// </summary>
    private static ReadOnlyMemory<byte> GetBody(HttpResponseMessage response, ClusterRequest request)
    {
        var content = (BufferedContent)response.Content;
        var body = content.Bytes;
        if (content.IsCut)
        {
            throw Bounds.ApiResponse.CreateExceeded(
                ErrorId.ResponseInvalid,
                $"The response to {request.Method} {request.Path}",
                "check that the address in the kubeconfig is an API server's, and see what makes the object so large",
                request.Path);
        }

        return body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..]
            && JsonTexts.AreReadable(body)
            && content.Items.All(item => JsonTexts.AreReadable(item))
            ? body
            : throw CreateNotKubernetes($"{request.Method} {request.Path}", null);
    }

    private static ObjectMetadata ReadMetadata(ReadOnlyMemory<byte> body, ResourceId id)
    {
        try
        {
            return ObjectMetadataReader.Read(body) ?? throw CreateNotKubernetes(id.ToString(), null);
        }
        catch (JsonException exception)
        {
            throw CreateNotKubernetes(id.ToString(), exception);
        }
    }

    /// <param name="what">The requested objects, for messages.</param>
    public static JsonDocument ParseResponse(ReadOnlyMemory<byte> body, string what)
    {
        try
        {
            return JsonSlice.Open(body);
        }
        catch (JsonException exception)
        {
            throw CreateNotKubernetes(what, exception);
        }
    }

    private static MonitoringException CreateNotKubernetes(string what, Exception? cause) =>
        new(
            ErrorId.ResponseInvalid,
            $"The server's response for {what} is not a Kubernetes object",
            "check that the address in the kubeconfig is an API server's, and run the command again",
            what,
            cause);
}
