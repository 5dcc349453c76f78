using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Grafanas;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.Dashboards.Places;

/// <summary>
/// Keys in the ConfigMaps that Grafana mounts, as kube-prometheus has them. A new key is a new file for Grafana within about a minute,
/// without a restart.
/// </summary>
/// <remarks>
/// The keys have a field manager of their own, so that whoever applies the manifests of kube-prometheus again leaves them.
/// </remarks>
internal sealed class MountedPlace(ClusterClient client, GrafanaServer grafana) : IDashboardPlace
{
    /// <summary>The most bytes of a ConfigMap. Kubernetes takes 1 MiB; its metadata, which names each key, needs some of that.</summary>
    private const int MostBytes = (1 << 20) - (64 << 10);

    /// <summary>The ConfigMaps that each release of kube-prometheus has: a key there outlives another release.</summary>
    private static readonly string[] Preferred = ["grafana-dashboard-prometheus", "grafana-dashboard-nodes", "grafana-dashboard-kubelet"];

    private IReadOnlyList<MountedConfigMap>? _read;

    public DashboardMethod Method => DashboardMethod.MountedConfigMap;

    public string? Doubt { get; private set; }

    public async Task<IReadOnlyList<PlacedDashboard>> ListAsync(CancellationToken cancellationToken)
    {
        var maps = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. maps.SelectMany(map => map.Owned.Select(key => (Map: map, Key: key, Document: DashboardDocument.Find(map.Data[key]))))
                .Where(item => item.Document is not null)
                .Select(item => new PlacedDashboard(item.Document!, Describe(item.Map, item.Key))),
        ];
    }

    public async Task<IReadOnlyList<DashboardChange>> PlanAsync(
        IReadOnlyList<DashboardDocument> documents,
        CancellationToken cancellationToken)
    {
        var maps = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var sizes = maps.ToDictionary(map => map.Id, map => map.Size);
        var changes = new List<DashboardChange>();
        foreach (var document in documents)
        {
            var key = document.FileName;
            var text = Encoding.UTF8.GetString(document.Json.Span);
            if (maps.FirstOrDefault(map => map.Data.ContainsKey(key) || map.BinaryKeys.Contains(key)) is { } holder)
            {
                changes.Add(PlanKnown(document, holder, text));
                continue;
            }

            var room = maps.FirstOrDefault(map => !map.IsImmutable && sizes[map.Id] + document.Json.Length <= MostBytes);
            if (room is null)
            {
                changes.Add(DashboardChange.Refuse(document, grafana.ToString(), CreateTooLarge(document)));
                continue;
            }

            sizes[room.Id] += document.Json.Length;
            changes.Add(new DashboardChange(document, ResourceAction.Created, Describe(room, key)));
        }

        return changes;
    }

    public async Task<IReadOnlyList<DashboardChange>> ApplyAsync(
        IReadOnlyList<DashboardChange> changes,
        CancellationToken cancellationToken)
    {
        var maps = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var done = new List<DashboardChange>();
        foreach (var group in changes.GroupBy(change => maps.First(map => change.Where == Describe(map, change.Document.FileName))))
        {
            var keys = group.Key.Owned.ToDictionary(key => key, key => group.Key.Data[key], StringComparer.Ordinal);
            foreach (var change in group)
            {
                keys[change.Document.FileName] = Encoding.UTF8.GetString(change.Document.Json.Span);
            }

            var error = await WriteAsync(group.Key, keys, cancellationToken).ConfigureAwait(false);
            done.AddRange(group.Select(change => error is null ? change : DashboardChange.Refuse(change.Document, change.Where, error)));
        }

        return done;
    }

    public async Task<IReadOnlyList<DashboardChange>> RemoveAsync(
        IReadOnlyList<PlacedDashboard> dashboards,
        CancellationToken cancellationToken)
    {
        var maps = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var done = new List<DashboardChange>();
        foreach (var map in maps)
        {
            var names = map.Owned.Where(key => dashboards.Any(item => item.Where == Describe(map, key))).ToHashSet(StringComparer.Ordinal);
            if (names.Count == 0)
            {
                continue;
            }

            var gone = dashboards.Where(item => names.Any(key => item.Where == Describe(map, key)));
            var keys = map.Owned.Where(key => !names.Contains(key)).ToDictionary(key => key, key => map.Data[key], StringComparer.Ordinal);
            var error = await WriteAsync(map, keys, cancellationToken).ConfigureAwait(false);
            done.AddRange(gone.Select(item => error is null
                ? new DashboardChange(item.Document, ResourceAction.Deleted, item.Where)
                : DashboardChange.Refuse(item.Document, item.Where, error)));
        }

        return done;
    }

    private static DashboardChange PlanKnown(DashboardDocument document, MountedConfigMap holder, string text)
    {
        var key = document.FileName;
        var where = Describe(holder, key);
        if (!holder.Owned.Contains(key))
        {
            return DashboardChange.Refuse(document, where, new MonitoringException(
                ErrorId.FieldConflict,
                $"{where} was written by somebody else",
                "remove the key there, or give the dashboard another uid",
                where));
        }

        if (holder.Data[key] == text)
        {
            return new DashboardChange(document, ResourceAction.Unchanged, where);
        }

        var size = holder.Size - Encoding.UTF8.GetByteCount(holder.Data[key]) + document.Json.Length;
        return size <= MostBytes
            ? new DashboardChange(document, ResourceAction.Configured, where)
            : DashboardChange.Refuse(document, where, CreateTooLarge(document));
    }

    /// <summary>
    /// Applies all keys of this module: server-side apply takes those away that it does not name. The UID keeps the apply from making a
    /// ConfigMap of its own where the other was deleted meanwhile, and the version from taking keys that another run has added meanwhile.
    /// </summary>
    /// <returns>Why the server refuses it; null if it does not.</returns>
    private async Task<MonitoringException?> WriteAsync(
        MountedConfigMap map,
        Dictionary<string, string> keys,
        CancellationToken cancellationToken)
    {
        var wanted = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject
            {
                ["name"] = map.Id.Name,
                ["namespace"] = map.Id.Namespace,
                ["uid"] = map.Uid,
                ["resourceVersion"] = map.ResourceVersion,
            },
        };
        if (keys.Count > 0)
        {
            wanted["data"] = new JsonObject(keys.OrderBy(key => key.Key, StringComparer.Ordinal)
                .Select(key => KeyValuePair.Create(key.Key, (JsonNode?)key.Value)));
        }

        var result = await client
            .ApplyAsync(
                ResourceType.ConfigMap,
                map.Id,
                JsonSerializer.SerializeToUtf8Bytes(wanted),
                FieldManagerEntry.DashboardsName,
                force: false,
                cancellationToken).ConfigureAwait(false);
        return result.Failure is { } failure ? ClusterErrors.From(failure, $"apply {map.Id}", map.Id.ToString()) : null;
    }

    /// <summary>Reads the ConfigMaps that hold dashboards of this module, and those that may take more.</summary>
    private async Task<IReadOnlyList<MountedConfigMap>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_read is not null)
        {
            return _read;
        }

        var mounted = grafana.ListMounted();
        var all = await client
            .ListMetadataAsync(ResourceType.ConfigMap, grafana.Namespace, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var names = all
            .Where(map => mounted.Contains(map.Name))
            .OrderByDescending(map => map.Managers.Any(manager => manager.Manager == FieldManagerEntry.DashboardsName))
            .ThenBy(map => Array.IndexOf(Preferred, map.Name) is >= 0 and var place ? place : Preferred.Length)
            .ThenBy(map => map.Name, StringComparer.Ordinal)
            .ToList();
        var own = names.Count(map => map.Managers.Any(manager => manager.Manager == FieldManagerEntry.DashboardsName));
        var read = await Task.WhenAll(names
            .Take(own + Preferred.Length)
            .Select(map => FindAsync(ResourceType.ConfigMap.IdOf(map.Namespace, map.Name), cancellationToken))).ConfigureAwait(false);
        _read = [.. read.OfType<MountedConfigMap>()];
        Doubt = names.Count > 0 && StackOrigin.FindKeeper(names[0]) is { } keeper and not "Helm"
            ? $"{keeper} manages ConfigMap/{grafana.Namespace}/{names[0].Name}, and may remove the dashboards"
            : null;
        return _read;
    }

    private async Task<MountedConfigMap?> FindAsync(ResourceId id, CancellationToken cancellationToken) =>
        await client.FindAsync(ResourceType.ConfigMap, id, cancellationToken).ConfigureAwait(false) is { } body
            ? MountedConfigMap.Read(id, JsonSlice.Parse(body))
            : null;

    private static string Describe(MountedConfigMap map, string key) => $"{map.Id}, key {key}";

    private static MonitoringException CreateTooLarge(DashboardDocument document) =>
        new(
            ErrorId.DashboardInvalid,
            $"The dashboard {document.Uid} has {document.Json.Length >> 10} KiB, and no ConfigMap that Grafana mounts has room for it",
            "split it, or send it to Grafana itself with -GrafanaUri and -GrafanaToken",
            document.Uid);

    /// <summary>A ConfigMap that Grafana mounts.</summary>
    /// <param name="Data">Its keys.</param>
    /// <param name="Owned">The keys that this module has applied.</param>
    private sealed record MountedConfigMap(
        ResourceId Id,
        string Uid,
        string ResourceVersion,
        IReadOnlyDictionary<string, string> Data,
        IReadOnlyList<string> Owned)
    {
        /// <summary>The keys whose values are not text.</summary>
        public IReadOnlyList<string> BinaryKeys { get; init; } = [];

        /// <summary>The bytes of those values, as the API server has them.</summary>
        public int BinarySize { get; init; }

        public bool IsImmutable { get; init; }

        public int Size => BinarySize + Data.Sum(item => item.Key.Length + Encoding.UTF8.GetByteCount(item.Value));

        public static MountedConfigMap Read(ResourceId id, JsonElement live)
        {
            const string Field = "f:";
            var data = live.TextMap("data");
            var owned = live.Member("metadata").Items("managedFields")
                .Where(entry => entry.Text("manager") == FieldManagerEntry.DashboardsName && entry.Text("operation") == "Apply")
                .Select(entry => entry.Member("fieldsV1", Field + "data"))
                .Where(fields => fields.ValueKind == JsonValueKind.Object)
                .SelectMany(fields => fields.EnumerateObject())
                .Where(field => field.Name.StartsWith(Field, StringComparison.Ordinal))
                .Select(field => field.Name[Field.Length..])
                .Where(data.ContainsKey);
            var metadata = live.Member("metadata");
            var binary = live.TextMap("binaryData");
            return new MountedConfigMap(
                id,
                metadata.Text("uid") ?? string.Empty,
                metadata.Text("resourceVersion") ?? string.Empty,
                data,
                [.. owned])
            {
                BinaryKeys = [.. binary.Keys],
                BinarySize = binary.Sum(item => item.Key.Length + item.Value.Length),
                IsImmutable = live.Member("immutable").ValueKind == JsonValueKind.True,
            };
        }
    }
}
