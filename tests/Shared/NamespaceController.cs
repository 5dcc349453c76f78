using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Testing;

/// <summary>
/// Plays the one controller without which nothing can be uninstalled, on a server that runs none: deletes what is left in a terminating
/// namespace, then the namespace. Where the real controller runs, it spares the 5 s for which the real one does nothing.
/// </summary>
/// <remarks>
/// The real controller checks a namespace once, and then deletes by its name, type after type. If another one ended the namespace
/// meanwhile, and a test made it again, the real one would delete what the test puts there. So a real controller that may have begun ends
/// the namespace alone.
/// </remarks>
internal sealed class NamespaceController : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>The real controller begins 5 s after a deletion, which is told in whole seconds.</summary>
    private static readonly TimeSpan RealOneIdles = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly ServerAdmin _admin;
    private readonly Predicate<string> _isWanted;
    private readonly bool _besideReal;
    private readonly Task _running;

    /// <param name="admin">Sends the requests.</param>
    /// <param name="isWanted">Whether a namespace of a name is dealt with; every one unless given.</param>
    /// <param name="besideReal">Whether the real controller runs on the server.</param>
    public NamespaceController(ServerAdmin admin, Predicate<string>? isWanted = null, bool besideReal = false)
    {
        (_admin, _besideReal) = (admin, besideReal);
        _isWanted = isWanted ?? (_ => true);
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
                var name = metadata.GetProperty("name").GetString()!;
                if (metadata.TryGetProperty("deletionTimestamp", out var deleted) && _isWanted(name)
                    && await IsEmptyAsync(name)
                    && !(_besideReal && DateTimeOffset.UtcNow - deleted.GetDateTimeOffset() > RealOneIdles))
                {
                    await FinalizeAsync(item, name);
                }
            }
        }
    }

    /// <summary>Deletes what is in the namespace; what finalizers hold is there at the next look, too.</summary>
    /// <returns>Whether nothing was there.</returns>
    private async Task<bool> IsEmptyAsync(string name)
    {
        var isEmpty = true;
        foreach (var (list, isDeletedAsOne) in await ListPathsAsync(name))
        {
            using var objects = await _admin.GetAsync(list, _stop.Token);
            var names = objects.RootElement.Items("items").Select(left => left.GetProperty("metadata").GetProperty("name").GetString()!);
            string[] paths = [.. names.Select(each => $"{list}/{each}")];
            isEmpty &= paths.Length == 0;
            foreach (var path in isDeletedAsOne && paths.Length > 0 ? [list] : paths)
            {
                await _admin.SendAsync(HttpMethod.Delete, $"{path}?gracePeriodSeconds=0", null, _stop.Token);
            }
        }

        return isEmpty;
    }

    private async Task FinalizeAsync(JsonElement item, string name)
    {
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

    private async Task<IReadOnlyList<(string Path, bool IsDeletedAsOne)>> ListPathsAsync(string name)
    {
        List<string> versions = ["/api/v1"];
        using (var groups = await _admin.GetAsync("/apis", _stop.Token))
        {
            versions.AddRange(groups.RootElement.GetProperty("groups").EnumerateArray()
                .Select(group => $"/apis/{group.GetProperty("preferredVersion").GetProperty("groupVersion").GetString()}"));
        }

        List<(string, bool)> paths = [];
        foreach (var version in versions)
        {
            using var resources = await _admin.GetAsync(version, _stop.Token);
            paths.AddRange(resources.RootElement.Items("resources")
                .Where(resource => resource.GetProperty("namespaced").GetBoolean())
                .Where(resource => resource.Texts("verbs").Contains("list") && resource.Texts("verbs").Contains("delete"))
                .Select(resource => (
                    $"{version}/namespaces/{name}/{resource.GetProperty("name").GetString()}",
                    resource.Texts("verbs").Contains("deletecollection"))));
        }

        return paths;
    }
}
