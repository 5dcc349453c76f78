using System.Text.Json;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>An AlertmanagerConfig of this module.</summary>
internal sealed record OwnConfig(ResourceId Id, ObjectMetadata Metadata, JsonElement Spec, ReceiverSettings Settings);

/// <summary>Reads the receivers of this module.</summary>
internal sealed class ReceiverReader(ClusterClient client, IActivitySink sink)
{
    /// <summary>Lists the receivers of the Alertmanagers that the user asks for.</summary>
    public async Task<IReadOnlyList<MilvusAlertReceiver>> ListAsync(AlertmanagerChoice choice, CancellationToken cancellationToken)
    {
        var servers = await new AlertmanagerFinder(client).ListAsync(choice, cancellationToken).ConfigureAwait(false);
        var found = new List<MilvusAlertReceiver>();
        foreach (var server in servers)
        {
            var file = await FindFileAsync(server, cancellationToken).ConfigureAwait(false);
            found.AddRange(file?.Receivers.Select(own => Show(server, own)).OfType<MilvusAlertReceiver>() ?? []);
        }

        var configs = servers.Count == 0
            ? []
            : await ListConfigsAsync(cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
        foreach (var config in configs)
        {
            var labels = await ReadLabelsAsync(config.Id.Namespace!, cancellationToken).ConfigureAwait(false);
            var selecting = servers.FirstOrDefault(server => IsSelected(server, config, labels));
            if (selecting is not null || choice == new AlertmanagerChoice(null, null))
            {
                found.Add(Show(selecting, config));
            }
        }

        return [.. found.OrderBy(receiver => receiver.Name, StringComparer.Ordinal)];
    }

    /// <summary>Reads the file of an Alertmanager.</summary>
    /// <exception cref="MonitoringException">It may not be read, or its marks are damaged.</exception>
    public async Task<AlertmanagerFile> GetFileAsync(AlertmanagerServer server, CancellationToken cancellationToken)
    {
        var id = server.SecretId;
        var secret = await client.FindAsync(ResourceType.Secret, id, cancellationToken).ConfigureAwait(false);
        try
        {
            return AlertmanagerFile.Read(secret);
        }
        catch (FormatException exception)
        {
            throw CreateNotAccepted(id, exception);
        }
    }

    /// <summary>Lists the AlertmanagerConfigs of this module in the cluster; none if the kind is not served.</summary>
    public async Task<IReadOnlyList<OwnConfig>> ListConfigsAsync(CancellationToken cancellationToken)
    {
        var type = ResourceType.AlertmanagerConfig;
        var live = await client.ListAsync(type, null, $"labelSelector={Uri.EscapeDataString(OwnReceiver.Label)}", cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. live
                .Select(config => (Metadata: ObjectMetadataReader.FromMetadata(config.Member("metadata")), Spec: config.Member("spec")))
                .Where(config => config.Metadata is not null && config.Metadata.Managers.Any(manager => manager.IsOurs))
                .Select(config => (config.Metadata, config.Spec, Settings: FindSettings(config.Spec)))
                .Where(config => config.Settings is not null)
                .Select(config => new OwnConfig(
                    type.IdOf(config.Metadata!.Namespace, config.Metadata.Name),
                    config.Metadata,
                    config.Spec,
                    config.Settings!)),
        ];
    }

    /// <summary>Reads the labels of a namespace; null if they may not be read.</summary>
    public Task<IReadOnlyDictionary<string, string>?> ReadLabelsAsync(string namespaceName, CancellationToken cancellationToken)
    {
        return ReadAsync().IfPermittedAsync(sink);

        async Task<IReadOnlyDictionary<string, string>?> ReadAsync() =>
            await PrometheusSelection.ReadLabelsAsync(client, namespaceName, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether an Alertmanager selects an AlertmanagerConfig.</summary>
    /// <param name="labels">The labels of the namespace of the AlertmanagerConfig; null for labels that may not be read.</param>
    public static bool IsSelected(AlertmanagerServer server, OwnConfig config, IReadOnlyDictionary<string, string>? labels) =>
        MonitorSelection.FindRefusal(server.Json, config.Id.Kind, config.Id.Namespace!, config.Metadata.Labels, labels) is null;

    /// <summary>Shows a receiver.</summary>
    public MilvusAlertReceiver Show(AlertmanagerServer? server, ReceiverSettings settings, ResourceId resource) => new()
    {
        Name = settings.Name,
        Type = settings.Type,
        Severity = settings.Severities,
        Instance = settings.Instance?.Name,
        InstanceNamespace = settings.Instance?.Namespace,
        Target = settings.Target,
        Resource = resource.ToString(),
        Alertmanager = server?.ToString() ?? string.Empty,
        ReceiverName = resource.Kind == ResourceType.Secret.Kind
            ? OwnReceiver.Prefix + settings.Name
            : $"{resource.Namespace}/{resource.Name}/{settings.Name}",
        Message = server is null ? "no Alertmanager selects it" : null,
        Context = client.Connection.Context,
        Kubeconfig = client.Connection.Kubeconfig,
    };

    /// <summary>The error of a configuration that cannot hold a receiver.</summary>
    public static MonitoringException CreateNotAccepted(ResourceId id, FormatException fault) => new(
        ErrorId.ReceiverNotAccepted,
        $"The key {AlertmanagerFile.Key} of {id} {fault.Message}",
        "correct it, and run the command again; amtool check-config shows what Alertmanager accepts",
        id.ToString(),
        fault);

    /// <summary>The error of a name that no receiver has.</summary>
    public static MonitoringException CreateNotFound(string name, string context, IEnumerable<string> names) => new(
        ErrorId.ReceiverNotFound,
        $"There is no alert receiver named '{name}' on {context}",
        NameSuggestions.Describe(name, names.Distinct()),
        name);

    private MilvusAlertReceiver? Show(AlertmanagerServer server, OwnReceiver own) =>
        ReceiverForm.Find(own) is { } settings ? Show(server, settings, server.SecretId) : null;

    private MilvusAlertReceiver Show(AlertmanagerServer? server, OwnConfig config) => Show(server, config.Settings, config.Id);

    private static ReceiverSettings? FindSettings(JsonElement spec)
    {
        try
        {
            return ReceiverForm.Find(spec);
        }
        catch (FormatException)
        {
            // Somebody has changed it into what is no receiver of this module.
            return null;
        }
    }

    private async Task<AlertmanagerFile?> FindFileAsync(AlertmanagerServer server, CancellationToken cancellationToken)
    {
        try
        {
            return await GetFileAsync(server, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId is ErrorId.PermissionDenied or ErrorId.ReceiverNotAccepted)
        {
            sink.Warning($"The receivers in {server.SecretId} are not shown: {exception.Message}");
            return null;
        }
    }
}
