using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>The API server answers, with a Kubernetes that the stack supports.</summary>
internal sealed class ApiServerCheck : ICheck
{
    public string Name => CheckId.ApiServer;

    public string TargetOf(CheckContext scene) => ClusterSettings.AddressOf(scene.Client.Connection.Server);

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        try
        {
            var version = await ClusterInfo.ReadVersionAsync(scene.Client, cancellationToken).ConfigureAwait(false);
            scene.Stack = await StackAsync(scene, cancellationToken).ConfigureAwait(false);
            var release = ReleaseCatalog.All.FirstOrDefault(release => release.Version == scene.Stack?.Release);
            return StackRules.Version(TargetOf(scene), version, release);
        }
        catch (MonitoringException exception) when (exception.ErrorId != ErrorId.PermissionDenied)
        {
            return Finding.FromError(
                CheckStatus.Failed,
                TargetOf(scene),
                exception,
                Remedies.InWords("See that the cluster runs and that the kubeconfig is right."));
        }
    }

    private static async Task<Inventory?> StackAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        try
        {
            var all = await InventoryStore.FindAsync(scene.Client, scene.Sink, cancellationToken).ConfigureAwait(false);
            return all.FirstOrDefault(stack => scene.Request.Prometheus.Namespace is not { } place || stack.Namespace == place);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            scene.Sink.Verbose(exception.Message);
            return null;
        }
    }
}

/// <summary>The kinds that monitoring stands on are served.</summary>
internal sealed class CrdCheck : ICheck
{
    public static IReadOnlyList<ResourceType> Kinds { get; } =
    [ResourceType.Prometheus, ResourceType.ServiceMonitor, ResourceType.PodMonitor];

    public string Name => CheckId.Definitions;

    public string TargetOf(CheckContext scene) => ResourceType.Prometheus.Group;

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        var types = new ResourceTypes(scene.Client);
        var states = new List<(string, CrdState?)>();
        foreach (var kind in Kinds)
        {
            var isServed = await types.FindAsync(kind.Group, kind.Version, kind.Kind, cancellationToken).ConfigureAwait(false) is not null;
            states.Add(
                (
                    $"{kind.Plural}.{kind.Group}",
                    isServed ? new CrdState(true, null) : await StateAsync(scene, kind, cancellationToken).ConfigureAwait(false)));
        }

        return StackRules.Definitions(states, scene.Remedies.Install(scene.Stack));
    }

    /// <summary>
    /// What is served is established, and everybody may see that; only of the others the definition has to say more, to those who may read
    /// it.
    /// </summary>
    private static async Task<CrdState?> StateAsync(CheckContext scene, ResourceType kind, CancellationToken cancellationToken)
    {
        var id = new ResourceId(ResourceType.Crd.Group, ResourceType.Crd.Kind, null, $"{kind.Plural}.{kind.Group}");
        try
        {
            return await scene.Client.FindAsync(ResourceType.Crd, id, cancellationToken).ConfigureAwait(false) is { } body
                ? CrdState.FromStatus(JsonSlice.Parse(body, "status")) with { IsEstablished = false }
                : null;
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            scene.Sink.Verbose(exception.Message);
            return null;
        }
    }
}

/// <summary>The operator runs, so that a new monitor becomes configuration.</summary>
internal sealed class OperatorCheck : ICheck
{
    // The name in kube-prometheus, and in the chart kube-prometheus-stack.
    public const string Selector =
        "labelSelector=app.kubernetes.io%2Fname%20in%20(prometheus-operator%2Ckube-prometheus-stack-prometheus-operator)";

    public string Name => CheckId.Operator;

    public string TargetOf(CheckContext scene) =>
        $"Deployment/{scene.Stack?.Namespace ?? PrometheusChoice.UsualNamespace}/prometheus-operator";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        var (id, live) = await Workloads
            .FindAsync(scene.Client, null, scene.Stack?.Namespace, Selector, cancellationToken).ConfigureAwait(false);
        if (id is not null)
        {
            scene.Operator = Readiness.Evaluate(id, live).IsReady ? id : null;
            return await Workloads.CheckAsync(scene, id, live, cancellationToken).ConfigureAwait(false);
        }

        scene.Servers ??= await PrometheusCheck.ServersAsync(scene, cancellationToken).ConfigureAwait(false);
        return scene.Stack is not null || scene.Servers.Count == 0
            ? Finding.Failed(TargetOf(scene), "there is no Prometheus operator", scene.Remedies.Install(scene.Stack))
            : Finding.Unknown(
                TargetOf(scene),
                "no Deployment has the usual labels of a Prometheus operator, while there are Prometheus resources");
    }
}

/// <summary>Prometheus is reconciled and its pods are ready.</summary>
internal sealed class PrometheusCheck : ICheck
{
    public string Name => CheckId.Prometheus;

    public string TargetOf(CheckContext scene) => Missing(scene.Request.Prometheus, scene.Stack);

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        scene.Servers ??= await ServersAsync(scene, cancellationToken).ConfigureAwait(false);
        if (scene.Servers.Count == 0)
        {
            return StackRules.NoPrometheus(
                TargetOf(scene),
                scene.Request.Prometheus.Name,
                await OthersAsync(scene, cancellationToken).ConfigureAwait(false),
                scene.Remedies.Install(scene.Stack));
        }

        scene.Prometheus = scene.Servers[0];
        var ids = scene
            .Servers.Select(server => new ResourceId(
                ResourceType.Prometheus.Group,
                ResourceType.Prometheus.Kind,
                server.Namespace,
                server.Name))
            .ToList();
        var board = await ReadinessSnapshot
            .ReadAsync(scene.Client, ids.Select(id => (id, ResourceType.Prometheus)), Workloads.ThrottleLimit, cancellationToken)
            .ConfigureAwait(false);
        var untouched = ids.FirstOrDefault(board.IsUntouched);
        return
            untouched is not null
            && scene.Operator is { } @operator
            && await BlindAsync(scene, @operator, cancellationToken).ConfigureAwait(false) is { } blind
            ? StackRules.BlindOperator(
                untouched,
                blind.Operator,
                blind.Reason,
                scene.Stack?.Namespace == blind.Operator.Namespace ? scene.Remedies.Install(scene.Stack) : null)
            : StackRules.Prometheus([.. ids.Select(id => (id, board.GetState(id)))], scene.Remedies.Install(scene.Stack));
    }

    private static async Task<BlindOperator?> BlindAsync(CheckContext scene, ResourceId @operator, CancellationToken cancellationToken)
    {
        try
        {
            var finder = new BlindOperatorFinder(scene.Client, Workloads.ThrottleLimit);
            return await finder
                .LookAsync(@operator, Workloads.Deployment, [ResourceType.Prometheus], cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            scene.Sink.Verbose(exception.Message);
            return null;
        }
    }

    /// <summary>
    /// The Prometheus resources that may be meant, the stack's own first: others may select the same monitors for purposes of their own.
    /// </summary>
    public static async Task<IReadOnlyList<PrometheusServer>> ServersAsync(CheckContext scene, CancellationToken cancellationToken) =>
        [
            .. (
                await new PrometheusFinder(scene.Client).ListAsync(scene.Request.Prometheus, cancellationToken).ConfigureAwait(false)
            ).OrderByDescending(server => server.Namespace == (scene.Stack?.Namespace ?? PrometheusChoice.UsualNamespace)),
        ];

    /// <summary>Those that there are where none is meant; of no matter where a stack is installed that has lost its own.</summary>
    private static async Task<IReadOnlyList<string>> OthersAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Request.Prometheus.Name is null && (scene.Request.Prometheus.Namespace is null || scene.Stack is not null))
        {
            return [];
        }

        try
        {
            return
            [
                .. (
                    await new PrometheusFinder(scene.Client)
                        .ListAsync(new PrometheusChoice(null, null), cancellationToken).ConfigureAwait(false)
                ).Select(server => server.ToString()),
            ];
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            scene.Sink.Verbose(exception.Message);
            return [];
        }
    }

    private static string Missing(PrometheusChoice choice, Inventory? stack) =>
        $"Prometheus/{choice.Namespace ?? stack?.Namespace ?? PrometheusChoice.UsualNamespace}/{choice.Name ?? "k8s"}";
}
