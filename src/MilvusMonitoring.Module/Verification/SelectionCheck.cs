using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>The Milvus is there, deployed, and serves metrics.</summary>
internal sealed class InstanceCheck : ICheck
{
    public string Name => CheckId.Instance;

    public string TargetOf(CheckContext scene) =>
        $"Milvus/{scene.Found?.Instance.Namespace ?? scene.Request.Namespace ?? "*"}/{scene.InstanceName}";

    public Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken) =>
        Task.FromResult<Finding?>(
            scene.Found is { } found ? InstanceRules.Instance(found.Instance, scene.Remedies)
            : scene.NotFound is { ErrorId: ErrorId.InstanceNotFound or ErrorId.InstanceAmbiguous } missing
                ? Finding.Failed(TargetOf(scene), OneLine.TrimPunctuation(missing.Message), scene.Remedies.Instances()) with
                {
                    ErrorId = missing.ErrorId,
                }
            : scene.NotFound is { } refused ? Finding.FromError(CheckStatus.Unknown, TargetOf(scene), refused)
            : null);
}

/// <summary>The monitor is there.</summary>
internal sealed class MonitorCheck : ICheck
{
    public string Name => CheckId.Monitor;

    public string TargetOf(CheckContext scene) =>
        $"{scene.MonitorKind}/{scene.InstanceNamespace}/{scene.Request.Monitor?.Name ?? scene.Found?.Instance.MonitorName ?? scene.InstanceName}";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (
            scene.Found is null
            && scene.NotFound is { ErrorId: ErrorId.InstanceNotFound or ErrorId.InstanceAmbiguous }
            && scene.Request.Monitor is null)
        {
            return null;
        }

        scene.Monitor = await FindAsync(scene, cancellationToken).ConfigureAwait(false);
        return scene.Monitor is { } monitor
            ? InstanceRules.Monitor(
                monitor.Id,
                [.. monitor.Endpoints.Select(endpoint => (endpoint.Text("interval"), endpoint.Text("scrapeTimeout")))],
                scene.RepairCommand(MonitorSettings.None))
            : Finding.Failed(TargetOf(scene), "is not in the cluster", Missing(scene));
    }

    private static async Task<LiveMonitor?> FindAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Request.Monitor is { } asked)
        {
            var type = asked.Kind == ResourceType.PodMonitor.Kind ? ResourceType.PodMonitor : ResourceType.ServiceMonitor;
            return await scene
                .Monitors.FindAsync(type, type.IdOf(scene.InstanceNamespace, asked.Name), cancellationToken).ConfigureAwait(false);
        }

        if (
            scene.Found is { } found
            && await scene.Monitors.FindAsync(found.MonitorType, found.MonitorId, cancellationToken).ConfigureAwait(false) is { } own)
        {
            return own;
        }

        // One that others made, under a name of theirs, does as well.
        return (await scene.Monitors.ListAsync(scene.InstanceNamespace, cancellationToken).ConfigureAwait(false)).FirstOrDefault(monitor =>
            monitor.Instance == scene.InstanceName);
    }

    private static string Missing(CheckContext scene) =>
        scene.Found is { Chart: null, Instance.MetricsEnabled: true }
            ? Remedies.InWords(
                $"The Milvus Operator makes it when it next looks at Milvus/{scene.InstanceNamespace}/{scene.InstanceName}: restart the operator, or change anything on that resource."
            )
            : scene.Remedies.Enable(scene.InstanceName, scene.InstanceNamespace);
}

/// <summary>A Prometheus takes the monitor up.</summary>
internal sealed class SelectionCheck : ICheck
{
    public string Name => CheckId.Selection;

    public string TargetOf(CheckContext scene) => scene.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Monitor is not { } monitor || scene.Servers is not { Count: > 0 } servers)
        {
            return null;
        }

        var (places, denied) = await PlacesAsync(scene, monitor, cancellationToken).ConfigureAwait(false);
        var passedOver = servers
            .Select(server =>
                (
                    Server: server,
                    Why: MonitorSelection.FindRefusal(
                        server.Json,
                        monitor.Type.Kind,
                        monitor.Metadata.Namespace!,
                        monitor.Metadata.Labels,
                        places)))
            .ToList();
        if (passedOver.Where(item => item.Why is null).Select(item => item.Server).ToList() is [var selecting, .. var others])
        {
            scene.Prometheus = selecting;
            return Finding.Passed(
                selecting.ToString(),
                $"selects {monitor.Id}{(others.Count == 0 ? string.Empty : $", and so does {string.Join(", ", others)}, which is not asked")}"
            );
        }

        var detail = string.Join(", ", passedOver.Select(item => $"{item.Server} {item.Why!.Reason}"));
        if (places is null && denied is not null)
        {
            var unknown = Finding.FromError(CheckStatus.Unknown, TargetOf(scene), denied);
            return unknown with { Detail = $"{detail}; {unknown.Detail}" };
        }

        var labels = passedOver.Select(item => item.Why!.Labels).FirstOrDefault(labels => labels.Count > 0);
        return Finding.Failed(
            TargetOf(scene),
            $"does not select {monitor.Id}: {detail}",
            labels is not null && scene.Settings is { } settings
                ? scene.Remedies.Enable(scene.InstanceName, scene.InstanceNamespace, settings.With(labels))
                : Remedies.InWords(
                    labels is not null
                        ? $"Give {monitor.Id} the labels {string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"))}."
                        : $"Change the selectors of {TargetOf(scene)}, or give Namespace/{monitor.Metadata.Namespace} the labels that it selects by."
                ));
    }

    private static async Task<(IReadOnlyDictionary<string, string>? Labels, MonitoringException? Denied)> PlacesAsync(
        CheckContext scene,
        LiveMonitor monitor,
        CancellationToken cancellationToken)
    {
        try
        {
            return (
                await PrometheusSelection.LabelsOfAsync(scene.Client, monitor.Metadata.Namespace!, cancellationToken).ConfigureAwait(false),
                null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return (null, exception);
        }
    }
}

/// <summary>The monitor selects something with the port that it names.</summary>
internal sealed class ServiceCheck : ICheck
{
    public string Name => CheckId.Service;

    public string TargetOf(CheckContext scene) => scene.Monitor?.Id.ToString() ?? "Service";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Monitor is not { } monitor)
        {
            return null;
        }

        scene.Targets = await scene.Monitors.TargetsOfAsync(monitor, cancellationToken).ConfigureAwait(false);
        var others = scene.Found?.Chart is { } chart && !scene.Targets.Scraped.Any()
            ? await scene.Monitors.ServicesOfAsync(chart, cancellationToken).ConfigureAwait(false)
            : [];
        return InstanceRules.Service(monitor.Id, LabelSelector.Describe(monitor.Selector), scene.Targets, others, scene.RepairCommand());
    }
}

/// <summary>What the monitor selects is ready.</summary>
internal sealed class EndpointsCheck : ICheck
{
    public string Name => CheckId.Endpoints;

    public string TargetOf(CheckContext scene) => scene.Targets?.Scraped.FirstOrDefault() is { } first
        ? $"{(scene.MonitorKind == "PodMonitor" ? "Pod" : "Service")}/{first.Namespace}/{first.Name}"
        : "Endpoints";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Targets is not { } targets || !targets.Scraped.Any())
        {
            return null;
        }

        var waiting = targets.Endpoints?.FirstOrDefault(endpoint => !endpoint.IsReady);
        return InstanceRules.Endpoints(
            TargetOf(scene),
            targets.Endpoints,
            waiting is null ? null : await TroubleAsync(scene, waiting, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<string?> TroubleAsync(CheckContext scene, MonitorEndpoint waiting, CancellationToken cancellationToken)
    {
        try
        {
            var id = ResourceType.Pod.IdOf(waiting.Namespace, waiting.Pod);
            return
                await scene.Client.FindAsync(ResourceType.Pod, id, cancellationToken).ConfigureAwait(false) is { } pod
                && PodFailureReason.Find(pod) is { } trouble
                ? $"pod {waiting.Pod}: {trouble}"
                : null;
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            scene.Sink.Verbose(exception.Message);
            return null;
        }
    }
}

/// <summary>No network policy keeps Prometheus out.</summary>
internal sealed class NetworkPolicyCheck : ICheck
{
    private static readonly ResourceType NetworkPolicy = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);

    public string Name => CheckId.NetworkPolicy;

    public string TargetOf(CheckContext scene) => $"Namespace/{scene.InstanceNamespace}";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (
            scene.Targets?.Endpoints is not { Count: > 0 } endpoints
            || scene.Monitor is not { } monitor
            || scene.Prometheus is not { } prometheus)
        {
            return null;
        }

        var place = endpoints[0].Namespace;
        var policies = await scene
            .Client.ListAsync(NetworkPolicy, place, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        if (
            policies.Count == 0
            || await scene
                .Client.FindAsync(ResourceType.Pod, ResourceType.Pod.IdOf(place, endpoints[0].Pod), cancellationToken).ConfigureAwait(false)
                is not { } body)
        {
            return Finding.Passed($"Namespace/{place}", "has no network policy");
        }

        var pod = JsonSlice.Parse(body);
        var name = monitor.Ports.FirstOrDefault() ?? string.Empty;
        var replicas = await Workloads
            .ReadyPodsAsync(
                scene.Client,
                prometheus.Namespace,
                candidate => PrometheusReplicas.IsReplica(candidate, prometheus.Name),
                cancellationToken).ConfigureAwait(false);
        return NetworkPolicyRule.Check(
            policies,
            new PolicyPeer(place, pod.Member("metadata").TextMap("labels"), new Dictionary<string, string>()),
            (name, Workloads.PortOf(pod, name, MetricsPort)),
            new PolicyPeer(
                prometheus.Namespace,
                replicas.Count > 0
                    ? replicas[0].Member("metadata").TextMap("labels")
                    : prometheus.Json.Member("spec", "podMetadata").TextMap("labels"),
                await PrometheusSelection.LabelsOfAsync(scene.Client, prometheus.Namespace, cancellationToken).ConfigureAwait(false)));
    }

    private const int MetricsPort = 9091;
}
