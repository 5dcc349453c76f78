using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Testing;

/// <summary>
/// Plays the one controller without which nothing can be uninstalled, on a server that runs none: ends what is left in a namespace
/// that terminates, then the namespace. For all sides alike.
/// </summary>
internal sealed class NamespaceController : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly ServerAdmin _admin;
    private readonly Task _running;

    public NamespaceController(ServerAdmin admin)
    {
        _admin = admin;
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            using var namespaces = await _admin.GetAsync("/api/v1/namespaces", _stop.Token);
            foreach (var item in namespaces.RootElement.GetProperty("items").EnumerateArray())
            {
                var metadata = item.GetProperty("metadata");
                if (metadata.TryGetProperty("deletionTimestamp", out _))
                {
                    await EndAsync(item, metadata.GetProperty("name").GetString()!);
                }
            }
        }
    }

    private async Task EndAsync(JsonElement item, string name)
    {
        foreach (var list in await ListPathsAsync(name))
        {
            using var objects = await _admin.GetAsync(list, _stop.Token);
            foreach (var left in objects.RootElement.Items("items"))
            {
                await _admin.SendAsync(
                    HttpMethod.Delete,
                    $"{list}/{left.GetProperty("metadata").GetProperty("name").GetString()}",
                    null,
                    _stop.Token);
            }
        }

        var finalized = JsonNode.Parse(item.GetRawText())!.AsObject();
        finalized["apiVersion"] = "v1";
        finalized["kind"] = "Namespace";
        finalized["spec"] = new JsonObject { ["finalizers"] = new JsonArray() };
        await _admin.SendAsync(
            HttpMethod.Put,
            $"/api/v1/namespaces/{name}/finalize",
            Encoding.UTF8.GetBytes(finalized.ToJsonString()),
            _stop.Token);
    }

    private async Task<IReadOnlyList<string>> ListPathsAsync(string name)
    {
        List<string> versions = ["/api/v1"];
        using (var groups = await _admin.GetAsync("/apis", _stop.Token))
        {
            versions.AddRange(groups.RootElement.GetProperty("groups").EnumerateArray()
                .Select(group => $"/apis/{group.GetProperty("preferredVersion").GetProperty("groupVersion").GetString()}"));
        }

        List<string> paths = [];
        foreach (var version in versions)
        {
            using var resources = await _admin.GetAsync(version, _stop.Token);
            paths.AddRange(resources.RootElement.Items("resources")
                .Where(resource => resource.GetProperty("namespaced").GetBoolean())
                .Where(resource => resource.Texts("verbs").Contains("list") && resource.Texts("verbs").Contains("delete"))
                .Select(resource => $"{version}/namespaces/{name}/{resource.GetProperty("name").GetString()}"));
        }

        return paths;
    }
}
