using System.Net;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// The objects of a cluster, read and written through its API: what a story does itself, beside the commands that it is about.
/// </summary>
internal sealed class ClusterObjects(ServerAdmin admin)
{
    private readonly Stack<(string ApiVersion, string Kind, string? Namespace, string Name)> _made = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The Kubernetes that the server is.</summary>
    public async Task<string> VersionAsync() => (string)(await ReadAsync("/version"))["gitVersion"]!;

    /// <summary>Whether the cluster's discovery tells of a kind.</summary>
    public async Task<bool> TellsOfAsync(string apiVersion, string kind) => await DiscoverAsync(VersionPath(apiVersion), kind) is not null;

    /// <summary>The object; null when there is none, or no such kind.</summary>
    public async Task<JsonObject?> FindAsync(string apiVersion, string kind, string? ns, string name) =>
        await ListPathAsync(apiVersion, kind, ns) is { } list && await ReadAsync($"{list}/{name}") is { Count: > 0 } found ? found : null;

    /// <summary>The objects of a kind; none when the cluster does not serve it.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(string apiVersion, string kind, string? ns = null) =>
        await ListPathAsync(apiVersion, kind, ns) is { } list
            ? [.. Items(await ReadAsync(list), "items").Select(item => item.AsObject())]
            : [];

    /// <summary>Makes the object be as given, whatever it is now.</summary>
    public async Task PutAsync(JsonObject value, string manager = "seed")
    {
        var (apiVersion, kind, metadata) = ((string)value["apiVersion"]!, (string)value["kind"]!, value["metadata"]!);
        var (ns, name) = ((string?)metadata["namespace"], (string)metadata["name"]!);
        var list = await ListPathAsync(apiVersion, kind, ns)
            ?? throw new ArgumentException($"the cluster serves no {kind} in {apiVersion}", nameof(value));
        while (true)
        {
            var live = await FindAsync(apiVersion, kind, ns, name);
            var next = value.DeepClone().AsObject();
            foreach (var field in (string[])["uid", "resourceVersion"])
            {
                next["metadata"]!.AsObject().Remove(field);
                if (live is not null)
                {
                    next["metadata"]![field] = live["metadata"]![field]!.DeepClone();
                }
            }

            var (method, path) = live is null ? (HttpMethod.Post, list) : (HttpMethod.Put, $"{list}/{name}");
            var (status, text) = await admin.AskAsync(method, $"{path}?fieldManager={manager}", next.ToJsonString(), Cancelled);
            if (status is HttpStatusCode.OK or HttpStatusCode.Created)
            {
                if (live is null)
                {
                    _made.Push((apiVersion, kind, ns, name));
                }

                return;
            }

            // Somebody was faster.
            Assert.True(status == HttpStatusCode.Conflict, text);
        }
    }

    /// <summary>Deletes the object, if it is there; finalizers hold it.</summary>
    public async Task RemoveAsync(string apiVersion, string kind, string? ns, string name)
    {
        if (await ListPathAsync(apiVersion, kind, ns) is { } list)
        {
            var (status, text) = await admin.AskAsync(HttpMethod.Delete, $"{list}/{name}", null, Cancelled);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NotFound, text);
        }
    }

    /// <summary>Deletes the object, if it is there, and waits until it has gone.</summary>
    public async Task EndAsync(string apiVersion, string kind, string? ns, string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Limits.Wait);
        await RemoveAsync(apiVersion, kind, ns, name);
        while (await FindAsync(apiVersion, kind, ns, name) is not null)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Lets stay what <see cref="PutAsync"/> has made so far.</summary>
    public void KeepMade() => _made.Clear();

    /// <summary>Ends what <see cref="PutAsync"/> has made, the last first.</summary>
    public async Task EndMadeAsync()
    {
        while (_made.TryPop(out var made))
        {
            await EndAsync(made.ApiVersion, made.Kind, made.Namespace, made.Name);
        }
    }

    private async Task<string?> ListPathAsync(string apiVersion, string kind, string? ns)
    {
        var version = VersionPath(apiVersion);
        var type = await DiscoverAsync(version, kind) ?? await DefinedAsync(apiVersion.Split('/')[0], kind);
        return type is var (plural, isNamespaced) ? $"{version}{(ns is null || !isNamespaced ? "" : $"/namespaces/{ns}")}/{plural}" : null;
    }

    private static string VersionPath(string apiVersion) =>
        apiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{apiVersion}" : $"/api/{apiVersion}";

    private async Task<(string Plural, bool IsNamespaced)?> DiscoverAsync(string version, string kind) =>
        Items(await ReadAsync(version), "resources")
            .FirstOrDefault(type => (string?)type["kind"] == kind && !((string)type["name"]!).Contains('/', StringComparison.Ordinal))
            is { } found
            ? ((string)found["name"]!, (bool)found["namespaced"]!)
            : null;

    /// <summary>A kind is served before discovery tells of it.</summary>
    private async Task<(string Plural, bool IsNamespaced)?> DefinedAsync(string group, string kind) =>
        Items(await ReadAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions"), "items").Select(definition => definition["spec"]!)
            .FirstOrDefault(spec => (string?)spec["group"] == group && (string?)spec["names"]!["kind"] == kind) is { } found
            ? ((string)found["names"]!["plural"]!, (string?)found["scope"] == "Namespaced")
            : null;

    private static IEnumerable<JsonNode> Items(JsonObject list, string name) => (list[name]?.AsArray() ?? []).OfType<JsonNode>();

    private async Task<JsonObject> ReadAsync(string path)
    {
        using var document = await admin.GetAsync(path, Cancelled);
        return JsonNode.Parse(document.RootElement.GetRawText())!.AsObject();
    }
}
