using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Dashboards.Places;

/// <summary>How an object holds a dashboard.</summary>
internal abstract record DashboardForm(ResourceType Type, string Namespace)
{
    /// <summary>The label of the objects that this module makes for dashboards.</summary>
    public const string Label = "milvus-monitoring/dashboard";

    private const int LongestName = 253;

    /// <summary>The id of the object of a dashboard.</summary>
    public ResourceId IdOf(DashboardDocument document)
    {
        var name = new string(
        [
            .. document.FileName[..^".json".Length].ToLowerInvariant()
                .Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-'),
        ]);
        var full = $"milvus-dashboard-{(name.StartsWith("milvus-", StringComparison.Ordinal) ? name["milvus-".Length..] : name)}".Trim('-');
        return Type.IdOf(Namespace, full.Length > LongestName ? full[..LongestName].Trim('-') : full);
    }

    /// <summary>Writes the object of a dashboard.</summary>
    public JsonObject Write(DashboardDocument document)
    {
        var id = IdOf(document);
        var labels = new JsonObject
        {
            ["app.kubernetes.io/managed-by"] = FieldManagerEntry.OurName,
            [Label] = "true",
        };
        var written = new JsonObject
        {
            ["apiVersion"] = Type.ApiVersion,
            ["kind"] = Type.Kind,
            ["metadata"] = new JsonObject { ["name"] = id.Name, ["namespace"] = id.Namespace, ["labels"] = labels },
        };
        Fill(written, labels, document, Encoding.UTF8.GetString(document.Json.Span));
        return written;
    }

    /// <summary>Reads the dashboard of an object; null if it holds none.</summary>
    public abstract string? FindText(JsonElement live);

    /// <summary>Whether an object already is as <see cref="Write"/> has it, but for the dashboard.</summary>
    public abstract bool IsAddressed(JsonElement live);

    protected abstract void Fill(JsonObject written, JsonObject labels, DashboardDocument document, string text);
}

/// <summary>A ConfigMap with the label that a sidecar of Grafana watches.</summary>
internal sealed record SidecarForm(string Namespace, string WatchedLabel, string Value) : DashboardForm(ResourceType.ConfigMap, Namespace)
{
    public override string? FindText(JsonElement live) => live.TextMap("data")
        .Where(item => DashboardDocument.Find(item.Value)?.FileName == item.Key)
        .Select(item => item.Value)
        .FirstOrDefault();

    public override bool IsAddressed(JsonElement live) =>
        live.Member("metadata").TextMap("labels").GetValueOrDefault(WatchedLabel) == Value;

    protected override void Fill(JsonObject written, JsonObject labels, DashboardDocument document, string text)
    {
        labels[WatchedLabel] = Value;
        written["data"] = new JsonObject { [document.FileName] = text };
    }
}

/// <summary>A GrafanaDashboard of the Grafana Operator (v5).</summary>
/// <param name="Selector">The labels by which it names its Grafana.</param>
internal sealed record OperatorForm(string Namespace, IReadOnlyDictionary<string, string> Selector)
    : DashboardForm(GrafanaDashboards, Namespace)
{
    /// <summary>The Grafana resources of the operator.</summary>
    public static ResourceType Grafanas { get; } = new("grafana.integreatly.org", "v1beta1", "grafanas", "Grafana", true);

    private static ResourceType GrafanaDashboards { get; } = Grafanas with { Plural = "grafanadashboards", Kind = "GrafanaDashboard" };

    public override string? FindText(JsonElement live) => live.Member("spec").Text("json");

    public override bool IsAddressed(JsonElement live)
    {
        var labels = live.Member("spec", "instanceSelector").TextMap("matchLabels");
        return labels.Count == Selector.Count && Selector.All(label => labels.GetValueOrDefault(label.Key) == label.Value);
    }

    protected override void Fill(JsonObject written, JsonObject labels, DashboardDocument document, string text)
    {
        var wanted = Selector.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value));
        written["spec"] = new JsonObject
        {
            ["instanceSelector"] = new JsonObject { ["matchLabels"] = new JsonObject(wanted) },
            ["json"] = text,
        };
    }
}

/// <summary>Objects of their own, one for each dashboard, which a sidecar or the Grafana Operator watches.</summary>
internal sealed class ObjectPlace(ClusterClient client, DashboardMethod method, DashboardForm form) : IDashboardPlace
{
    /// <summary>The most bytes of a dashboard in an object of its own; Kubernetes takes 1 MiB of an object.</summary>
    private const int MostBytes = (1 << 20) - (32 << 10);

    private static readonly string Selector = $"labelSelector={Uri.EscapeDataString(DashboardForm.Label)}";

    private readonly Dictionary<string, (ResourceId Id, string Uid)> _listed = new(StringComparer.Ordinal);

    public DashboardMethod Method => method;

    public string? Doubt => null;

    public async Task<IReadOnlyList<PlacedDashboard>> ListAsync(CancellationToken cancellationToken)
    {
        var found = await client.ListAsync(form.Type, form.Namespace, Selector, cancellationToken).ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        var placed = new List<PlacedDashboard>();
        foreach (var live in found.Where(live => IsOurs(live) && form.IsAddressed(live)))
        {
            if (DashboardDocument.Find(form.FindText(live) ?? string.Empty) is { } document)
            {
                var metadata = live.Member("metadata");
                var id = form.Type.IdOf(metadata.Text("namespace"), metadata.Text("name") ?? string.Empty);
                _listed[id.ToString()] = (id, metadata.Text("uid") ?? string.Empty);
                placed.Add(new PlacedDashboard(document, id.ToString()));
            }
        }

        return placed;
    }

    public async Task<IReadOnlyList<DashboardChange>> PlanAsync(
        IReadOnlyList<DashboardDocument> documents,
        CancellationToken cancellationToken)
    {
        var changes = await Task.WhenAll(documents.Select(document => PlanAsync(document, cancellationToken))).ConfigureAwait(false);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. changes.Select(change => taken.Add(change.Where)
                ? change
                : DashboardChange.Refuse(
                    change.Document,
                    change.Where,
                    CreateHeld(change.Where, change.Document, "another of these dashboards"))),
        ];
    }

    public async Task<IReadOnlyList<DashboardChange>> ApplyAsync(
        IReadOnlyList<DashboardChange> changes,
        CancellationToken cancellationToken)
    {
        var done = new List<DashboardChange>();
        foreach (var change in changes)
        {
            var id = form.IdOf(change.Document);
            var json = JsonSerializer.SerializeToUtf8Bytes(form.Write(change.Document));
            var result = await client.ApplyAsync(form.Type, id, json, force: false, cancellationToken).ConfigureAwait(false);
            done.Add(result.Failure is { } failure
                ? DashboardChange.Refuse(change.Document, change.Where, ClusterErrors.From(failure, $"apply {id}", id.ToString()))
                : change);
        }

        return done;
    }

    public async Task<IReadOnlyList<DashboardChange>> RemoveAsync(
        IReadOnlyList<PlacedDashboard> dashboards,
        CancellationToken cancellationToken)
    {
        var done = new List<DashboardChange>();
        foreach (var dashboard in dashboards)
        {
            var (id, uid) = _listed[dashboard.Where];
            var result = await client.DeleteAsync(form.Type, id, uid, cancellationToken).ConfigureAwait(false);
            done.Add(result.Failure is { } failure
                ? DashboardChange.Refuse(dashboard.Document, dashboard.Where, ClusterErrors.From(failure, $"delete {id}", id.ToString()))
                : new DashboardChange(dashboard.Document, ResourceAction.Deleted, dashboard.Where));
        }

        return done;
    }

    private async Task<DashboardChange> PlanAsync(DashboardDocument document, CancellationToken cancellationToken)
    {
        var id = form.IdOf(document);
        if (document.Json.Length > MostBytes)
        {
            return DashboardChange.Refuse(document, id.ToString(), new MonitoringException(
                ErrorId.DashboardInvalid,
                $"The dashboard {document.Uid} has {document.Json.Length >> 10} KiB, and an object of Kubernetes holds less",
                "split it, or send it to Grafana itself with -GrafanaUri and -GrafanaToken",
                document.Uid));
        }

        if (await client.FindAsync(form.Type, id, cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return new DashboardChange(document, ResourceAction.Created, id.ToString());
        }

        var live = JsonSlice.Parse(body);
        if (!IsOurs(live))
        {
            return DashboardChange.Refuse(document, id.ToString(), new MonitoringException(
                ErrorId.FieldConflict,
                $"{id} was made by somebody else",
                "remove it, or give the dashboard another uid",
                id.ToString()));
        }

        if (DashboardDocument.Find(form.FindText(live) ?? string.Empty) is { } held && held.Uid != document.Uid)
        {
            return DashboardChange.Refuse(document, id.ToString(), CreateHeld(id.ToString(), document, $"the dashboard {held.Uid}"));
        }

        var isSame = form.FindText(live) == Encoding.UTF8.GetString(document.Json.Span) && form.IsAddressed(live);
        return new DashboardChange(document, isSame ? ResourceAction.Unchanged : ResourceAction.Configured, id.ToString());
    }

    private static MonitoringException CreateHeld(string place, DashboardDocument document, string holder) =>
        new(
            ErrorId.FieldConflict,
            $"{place} holds {holder}, whose uid makes the same name as {document.Uid}",
            "give the dashboard another uid",
            place);

    private static bool IsOurs(JsonElement live) =>
        ObjectMetadataReader.FromMetadata(live.Member("metadata")) is { } metadata
        && metadata.Labels.ContainsKey(DashboardForm.Label)
        && metadata.Managers.Any(manager => manager.IsOurs);
}
