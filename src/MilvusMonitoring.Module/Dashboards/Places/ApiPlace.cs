using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Json;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Dashboards.Places;

/// <summary>
/// Grafana itself, by its HTTP API. A tag marks the dashboards of this module, because Grafana keeps nothing else about them.
/// </summary>
/// <param name="api">The Grafana.</param>
/// <param name="login">Who signs in; null for nobody.</param>
/// <param name="address">The address of Grafana, for people.</param>
internal sealed class ApiPlace(GrafanaApi api, ServerLogin? login, string address) : IDashboardPlace
{
    /// <summary>The tag by which Grafana finds the dashboards of this module, and copies of them.</summary>
    private const string Common = "milvus-monitoring";

    private readonly Dictionary<string, GrafanaDashboard> _replaced = new(StringComparer.Ordinal);

    public DashboardMethod Method => DashboardMethod.Api;

    public string? Doubt => null;

    public async Task<IReadOnlyList<PlacedDashboard>> ListAsync(CancellationToken cancellationToken)
    {
        var placed = new List<PlacedDashboard>();
        foreach (var found in await api.ListTaggedAsync(Common, login, cancellationToken).ConfigureAwait(false))
        {
            if (await api.FindDashboardAsync(found.Uid, login, cancellationToken).ConfigureAwait(false)
                    is { IsProvisioned: false } live && Read(live) is { } document && IsMarked(live.Model))
            {
                placed.Add(new PlacedDashboard(document, address));
            }
        }

        return placed;
    }

    public async Task<IReadOnlyList<DashboardChange>> PlanAsync(
        IReadOnlyList<DashboardDocument> documents,
        CancellationToken cancellationToken)
    {
        var changes = new List<DashboardChange>();
        foreach (var document in documents.Select(AddMark))
        {
            changes.Add(await PlanAsync(document, cancellationToken).ConfigureAwait(false));
        }

        return changes;
    }

    public async Task<IReadOnlyList<DashboardChange>> ApplyAsync(
        IReadOnlyList<DashboardChange> changes,
        CancellationToken cancellationToken)
    {
        var done = new List<DashboardChange>();
        foreach (var change in changes)
        {
            var replaced = _replaced.GetValueOrDefault(change.Document.Uid);
            done.Add(await TryAsync(
                change,
                () => api.SaveAsync(change.Document.Parse(), replaced, login, cancellationToken)).ConfigureAwait(false));
        }

        return done;
    }

    public async Task<IReadOnlyList<DashboardChange>> RemoveAsync(
        IReadOnlyList<PlacedDashboard> dashboards,
        CancellationToken cancellationToken)
    {
        var done = new List<DashboardChange>();
        foreach (var item in dashboards)
        {
            done.Add(await TryAsync(
                new DashboardChange(item.Document, ResourceAction.Deleted, item.Where),
                () => api.DeleteAsync(item.Document.Uid, login, cancellationToken)).ConfigureAwait(false));
        }

        return done;
    }

    private async Task<DashboardChange> PlanAsync(DashboardDocument document, CancellationToken cancellationToken)
    {
        if (await api.FindDashboardAsync(document.Uid, login, cancellationToken).ConfigureAwait(false) is not { } live)
        {
            return new DashboardChange(document, ResourceAction.Created, address);
        }

        if (live.IsProvisioned)
        {
            return DashboardChange.Refuse(document, address, new MonitoringException(
                ErrorId.DashboardTaken,
                $"{address} has the dashboard {document.Uid} from a file ({live.Source ?? "provisioned"}), which its API cannot change",
                "change the file, or leave -GrafanaUri out if Grafana reads its files from this cluster",
                document.Uid));
        }

        if (!IsMarked(live.Model))
        {
            return DashboardChange.Refuse(document, address, DashboardErrors.CreateTaken(document, address, live));
        }

        _replaced[document.Uid] = live;
        var isSame = Read(live) is { } now && now.IsSameAs(document);
        return new DashboardChange(document, isSame ? ResourceAction.Unchanged : ResourceAction.Configured, address);
    }

    private static async Task<DashboardChange> TryAsync(DashboardChange change, Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
            return change;
        }
        catch (MonitoringException exception)
        {
            return DashboardChange.Refuse(change.Document, change.Where, exception);
        }
    }

    private static DashboardDocument? Read(GrafanaDashboard live) => DashboardDocument.Find(live.Model.GetRawText());

    /// <summary>
    /// The tag of a dashboard that this module has saved. A copy has another uid, so that the tag, which goes with it, does not count.
    /// </summary>
    public static string WriteMark(string uid) => $"{Common}:{uid}";

    private static bool IsMarked(JsonElement model) => model.Texts("tags").Contains(WriteMark(model.Text("uid") ?? string.Empty));

    private static DashboardDocument AddMark(DashboardDocument document)
    {
        var model = document.Parse();
        var tags = (model["tags"] as JsonArray ?? []).OfType<JsonValue>()
            .Select(tag => tag.TryGetValue<string>(out var text) ? text : string.Empty)
            .Where(tag => tag.Length > 0);
        model["tags"] = new JsonArray(
            [.. tags.Concat([Common, WriteMark(document.Uid)]).Distinct(StringComparer.Ordinal).Select(tag => (JsonNode)tag)]);
        return document with { Json = JsonSerializer.SerializeToUtf8Bytes(model) };
    }
}
