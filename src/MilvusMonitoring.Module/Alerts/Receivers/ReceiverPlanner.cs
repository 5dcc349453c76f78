using System.Text;
using System.Text.Json.Nodes;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>Plans how a receiver is written or removed. Only reads.</summary>
internal sealed class ReceiverPlanner(ClusterClient client, IActivitySink sink)
{
    /// <summary>The key of a secret in the Secret beside an AlertmanagerConfig.</summary>
    public const string SecretKeyName = "secret";

    private const string ObjectPrefix = "milvus-alerts-";

    private readonly ReceiverReader _reader = new(client, sink);

    /// <summary>Plans to write a receiver. A receiver that exists stays where it lies.</summary>
    /// <exception cref="MonitoringException">There is no such Alertmanager, it would refuse the receiver, or the name is that of the
    /// receiver of another Milvus.</exception>
    public async Task<ReceiverPlan> PlanSetAsync(ReceiverRequest request, CancellationToken cancellationToken)
    {
        var settings = request.Settings;
        ReceiverRules.EnsureValid(settings);
        var server = await new AlertmanagerFinder(client).GetAsync(request.Alertmanager, cancellationToken).ConfigureAwait(false);
        if (settings.Type == AlertReceiverType.Teams && !server.IsAtLeast(AlertmanagerServer.FirstWithTeams))
        {
            throw new MonitoringException(
                ErrorId.ReceiverNotAccepted,
                $"{server} has version {server.Version}, and notifies Teams from {AlertmanagerServer.FirstWithTeams} on",
                "use a newer Alertmanager, or -Webhook with a relay to Teams",
                server.ToString());
        }

        var own = await FindConfigAsync(server, settings, cancellationToken).ConfigureAwait(false);

        // Who may write AlertmanagerConfigs may often not read the Secret of the Alertmanager.
        var file = own is not null || server.IgnoresSecret
            ? null
            : await FindFileAsync(server, cancellationToken).IfPermittedAsync(sink).ConfigureAwait(false);
        var inFile = file?.Receivers.FirstOrDefault(receiver => receiver.Name == settings.Name);
        EnsureSameMilvus(settings, own?.Settings ?? (inFile is null ? null : ReceiverForm.Find(inFile)));
        if (own is not null)
        {
            var before = new ReceiverWay(own.Id.Namespace, new Dictionary<string, string>(), $"in {own.Id}, where it was before");
            return await PlanConfigAsync(request, server, before, own, cancellationToken).ConfigureAwait(false);
        }

        var way = inFile is not null
            ? new ReceiverWay(null, new Dictionary<string, string>(), $"in {server.SecretId}, where it was before")
            : await ChooseAsync(server, settings, cancellationToken).ConfigureAwait(false);
        if (way.ConfigNamespace is not null)
        {
            return await PlanConfigAsync(request, server, way, null, cancellationToken).ConfigureAwait(false);
        }

        file ??= await _reader.GetFileAsync(server, cancellationToken).ConfigureAwait(false);
        return await PlanFileAsync(request, server, file, way, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses to take a receiver away from another Milvus, which would then notify nobody.</summary>
    private static void EnsureSameMilvus(ReceiverSettings wanted, ReceiverSettings? live)
    {
        if (live?.Instance is { } before && wanted.Instance is { } now && before != now)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"The receiver '{wanted.Name}' gets the alerts of {before.Namespace}/{before.Name}, "
                    + $"not those of {now.Namespace}/{now.Name}",
                "give the receiver of this Milvus another -Name; Remove-MilvusAlertReceiver frees the name",
                wanted.Name);
        }
    }

    private async Task<AlertmanagerFile?> FindFileAsync(AlertmanagerServer server, CancellationToken cancellationToken) =>
        await _reader.GetFileAsync(server, cancellationToken).ConfigureAwait(false);

    /// <summary>Plans to remove a receiver.</summary>
    /// <param name="resource">The object that holds it, if several hold one of that name; null for the only one.</param>
    /// <exception cref="MonitoringException">There is no such receiver, or there are several.</exception>
    public async Task<ReceiverPlan> PlanRemoveAsync(
        string name,
        string? resource,
        AlertmanagerChoice choice,
        CancellationToken cancellationToken)
    {
        var plans = new List<ReceiverPlan>();
        var names = new List<string>();
        var servers = await new AlertmanagerFinder(client).ListAsync(choice, cancellationToken).ConfigureAwait(false);
        foreach (var server in servers.Where(server => resource is null || server.SecretId.ToString() == resource))
        {
            var file = await _reader.GetFileAsync(server, cancellationToken).ConfigureAwait(false);
            names.AddRange(file.Receivers.Select(receiver => receiver.Name));
            if (file.Receivers.FirstOrDefault(receiver => receiver.Name == name) is { } found
                && ReceiverForm.Find(found) is { } settings)
            {
                var change = new FileChange(server.SecretId, file, [.. file.Receivers.Where(receiver => receiver.Name != name)]);
                EnsureHolds(change);
                plans.Add(new ReceiverPlan(Deleted(server, settings, server.SecretId)) { File = change });
            }
        }

        foreach (var config in await _reader.ListConfigsAsync(cancellationToken).ConfigureAwait(false))
        {
            names.Add(config.Settings.Name);
            if (IsOf(config, name) && (resource is null || config.Id.ToString() == resource))
            {
                plans.Add(new ReceiverPlan(Deleted(null, config.Settings, config.Id) with { Message = null })
                {
                    Config = new ConfigChange(config.Id, config.Metadata, null, null),
                });
            }
        }

        return plans switch
        {
            [var only] => only,
            [] => throw ReceiverReader.CreateNotFound(name, client.Connection.Context, names),
            _ => throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{plans.Count} receivers are named '{name}': {string.Join(", ", plans.Select(plan => plan.Receiver.Resource))}",
                "pipe one of Get-MilvusAlertReceiver, or choose with -Resource",
                name),
        };
    }

    private MilvusAlertReceiver Deleted(AlertmanagerServer? server, ReceiverSettings settings, ResourceId id) =>
        _reader.Show(server, settings, id) with { Action = ResourceAction.Deleted };

    /// <summary>
    /// Finds the AlertmanagerConfig that already holds the receiver. It counts only where the receiver could be written now: whoever may
    /// write an AlertmanagerConfig elsewhere must not draw the secret there.
    /// </summary>
    private async Task<OwnConfig?> FindConfigAsync(
        AlertmanagerServer server,
        ReceiverSettings settings,
        CancellationToken cancellationToken)
    {
        var places = ReceiverWayRules.ListPlaces(server, settings.Instance?.Namespace);
        var configs = places.Count == 0
            ? []
            : await _reader.ListConfigsAsync(cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
        foreach (var config in configs.Where(config => IsOf(config, settings.Name) && places.Contains(config.Id.Namespace)))
        {
            var labels = await _reader.ReadLabelsAsync(config.Id.Namespace!, cancellationToken).ConfigureAwait(false);
            if (ReceiverReader.IsSelected(server, config, labels))
            {
                return config;
            }
        }

        return null;
    }

    private static bool IsOf(OwnConfig config, string name) => config.Settings.Name == name && config.Id.Name == ObjectPrefix + name;

    private async Task<ReceiverWay> ChooseAsync(AlertmanagerServer server, ReceiverSettings settings, CancellationToken cancellationToken)
    {
        var places = new List<(string, IReadOnlyDictionary<string, string>?)>();
        foreach (var place in ReceiverWayRules.ListPlaces(server, settings.Instance?.Namespace))
        {
            places.Add((place, await _reader.ReadLabelsAsync(place, cancellationToken).ConfigureAwait(false)));
        }

        var type = ResourceType.AlertmanagerConfig;
        var served = await new ResourceTypes(client)
            .FindAsync(type.Group, type.Version, type.Kind, cancellationToken).ConfigureAwait(false);
        return ReceiverWayRules.Choose(server, served is not null, places);
    }

    private async Task<ReceiverPlan> PlanFileAsync(
        ReceiverRequest request,
        AlertmanagerServer server,
        AlertmanagerFile file,
        ReceiverWay way,
        CancellationToken cancellationToken)
    {
        var settings = request.Settings;
        var secret = await ReadSecretAsync(request, server.Namespace, cancellationToken).ConfigureAwait(false);
        var wanted = ReceiverForm.ToFile(settings, secret, server.IsAtLeast(AlertmanagerServer.FirstWithMatchers));
        var before = file.Receivers.FirstOrDefault(receiver => receiver.Name == settings.Name);
        var receivers = file.Receivers.Select(receiver => receiver == before ? wanted : receiver).ToList();
        if (before is null)
        {
            receivers.Add(wanted);
        }

        var change = new FileChange(server.SecretId, file, receivers);
        EnsureHolds(change);
        var action = before is null ? ResourceAction.Created : ResourceAction.Configured;
        return new ReceiverPlan(_reader.Show(server, settings, server.SecretId) with
        {
            Action = file.Has(receivers) ? ResourceAction.Unchanged : action,
            Message = way.Reason,
        })
        {
            File = change,
            Warnings = [.. ReceiverWarnings.List(server, settings, change)],
        };
    }

    private async Task<ReceiverPlan> PlanConfigAsync(
        ReceiverRequest request,
        AlertmanagerServer server,
        ReceiverWay way,
        OwnConfig? live,
        CancellationToken cancellationToken)
    {
        var settings = request.Settings;
        var place = way.ConfigNamespace!;
        var id = live?.Id ?? ResourceType.AlertmanagerConfig.IdOf(place, ObjectPrefix + settings.Name);
        var secret = await ReadSecretAsync(request, place, cancellationToken).ConfigureAwait(false);
        var secretId = request.Secret is { Place: null } ? ResourceType.Secret.IdOf(place, id.Name) : null;
        var key = secretId is null ? request.Secret?.Place : new SecretKey(id.Name, SecretKeyName);
        var spec = ReceiverForm.ToConfig(settings, key, server.IsAtLeast(AlertmanagerServer.FirstWithMatchers));
        var labels = live?.Metadata.Labels ?? way.Labels;
        var wanted = OwnObjects.Create(ResourceType.AlertmanagerConfig, id, settings.Name, labels);
        wanted["spec"] = spec;
        var isSame = live is not null
            && JsonEquality.AreEqual(JsonNode.Parse(live.Spec.GetRawText()), spec)
            && (secretId is null || await HasSecretAsync(secretId, secret, cancellationToken).ConfigureAwait(false));
        var action = live is null ? ResourceAction.Created : ResourceAction.Configured;
        return new ReceiverPlan(_reader.Show(server, settings, id) with
        {
            Action = isSame ? ResourceAction.Unchanged : action,
            Message = way.Reason,
        })
        {
            Config = new ConfigChange(id, live?.Metadata, wanted, secretId),
        };
    }

    private async Task<bool> HasSecretAsync(ResourceId id, string secret, CancellationToken cancellationToken) =>
        await client.FindAsync(ResourceType.Secret, id, cancellationToken).ConfigureAwait(false) is { } body
        && JsonSlice.Parse(body, "data").Text(SecretKeyName) == Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));

    private async Task<string> ReadSecretAsync(ReceiverRequest request, string place, CancellationToken cancellationToken)
    {
        if (request.Secret is not { } given)
        {
            return string.Empty;
        }

        var secret = await given.ReadAsync(client, place, cancellationToken).ConfigureAwait(false);
        ReceiverRules.EnsureSecret(request.Settings.Type, secret);
        return secret;
    }

    private static void EnsureHolds(FileChange change)
    {
        try
        {
            _ = change.File.With(change.Receivers);
        }
        catch (FormatException exception)
        {
            throw ReceiverReader.CreateNotAccepted(change.Id, exception);
        }
    }
}

/// <summary>The objects that this module writes for receivers.</summary>
internal static class OwnObjects
{
    /// <summary>Creates an object with the labels that mark it.</summary>
    /// <param name="name">The name of the receiver.</param>
    /// <param name="labels">Further labels.</param>
    public static JsonObject Create(ResourceType type, ResourceId id, string name, IReadOnlyDictionary<string, string> labels)
    {
        var all = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)))
        {
            ["app.kubernetes.io/managed-by"] = FieldManagerEntry.OurName,
            [OwnReceiver.Label] = name,
        };
        return new JsonObject
        {
            ["apiVersion"] = type.ApiVersion,
            ["kind"] = type.Kind,
            ["metadata"] = new JsonObject { ["name"] = id.Name, ["namespace"] = id.Namespace, ["labels"] = all },
        };
    }
}

/// <summary>What a user has to know of a receiver in the file of an Alertmanager.</summary>
internal static class ReceiverWarnings
{
    public static IEnumerable<string> List(AlertmanagerServer server, ReceiverSettings settings, FileChange change)
    {
        if (change.File.Metadata is { } metadata && StackOrigin.FindKeeper(metadata) is { } keeper)
        {
            yield return $"{keeper} manages {change.Id}, and removes the receiver when it next applies the object: "
                + "set the receiver where the tool has its configuration (kube-prometheus-stack: the value alertmanager.config), "
                + $"or pipe an instance to Set-MilvusAlertReceiver if {server} selects AlertmanagerConfigs";
        }

        var losing = ListLosing(settings, change).Distinct(StringComparer.Ordinal).ToList();
        if (losing.Count > 0)
        {
            var names = string.Join(", ", losing.Select(name => $"'{name}'"));
            yield return $"Alerts of Milvus no longer go to {names}, which received them by the default route; "
                + $"to keep notifying {names}, add a receiver with the same target";
        }
    }

    /// <summary>Alertmanager asks its first route only where no other route takes an alert.</summary>
    private static IEnumerable<string> ListLosing(ReceiverSettings settings, FileChange change)
    {
        var before = AlertmanagerConfiguration.Parse(change.File.Text);
        var after = AlertmanagerConfiguration.Parse(change.File.With(change.Receivers));
        foreach (var severity in settings.Severities.Count > 0 ? settings.Severities : ReceiverRules.Severities)
        {
            var labels = SampleLabels.Create(severity, settings.Instance);
            var kept = after.ListReceivers(labels).Select(receiver => receiver.Name).ToHashSet(StringComparer.Ordinal);
            var lost = before.ListReceivers(labels)
                .Where(receiver => receiver.Integrations.Count > 0 && !kept.Contains(receiver.Name));
            foreach (var receiver in lost)
            {
                yield return receiver.Name;
            }
        }
    }
}

/// <summary>The labels of an alert of Milvus, to tell who receives it.</summary>
internal static class SampleLabels
{
    /// <summary>The name of the alert that <c>Test-MilvusAlert</c> sends.</summary>
    public const string TestAlert = "MilvusTestAlert";

    /// <param name="severity"><c>critical</c>, <c>warning</c> or <c>info</c>.</param>
    /// <param name="instance">The Milvus; null for a Milvus that no route knows by name.</param>
    public static IReadOnlyDictionary<string, string> Create(string severity, (string Namespace, string Name)? instance) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["alertname"] = TestAlert,
            ["severity"] = severity,
            ["namespace"] = instance?.Namespace ?? "default",
            ["app_kubernetes_io_instance"] = instance?.Name ?? "milvus",
        };
}
