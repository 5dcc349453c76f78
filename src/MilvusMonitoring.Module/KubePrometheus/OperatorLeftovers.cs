using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// The Service, Endpoints and EndpointSlices for the nodes' kubelets, which the operator makes in another namespace and never removes
/// (prometheus-operator issue 4295): left behind, they double the kubelet's series after the next installation.
/// </summary>
internal sealed class OperatorLeftovers(ClusterClient client)
{
    private const string Argument = "--kubelet-service=";
    private const string OperatorName = "prometheus-operator";
    private const string UsualPodSelector = $"labelSelector=app.kubernetes.io%2Fname%3D{OperatorName}";

    /// <summary>Where every release of kube-prometheus has its operator keep them.</summary>
    private static readonly (string Namespace, string Name) UsualKubeletService = ("kube-system", "kubelet");

    private static readonly ResourceType Service = new(string.Empty, "v1", "services", "Service", true);
    private static readonly ResourceType Endpoints = new(string.Empty, "v1", "endpoints", "Endpoints", true);
    private static readonly ResourceType EndpointSlice = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true);

    private readonly List<(string Namespace, string Name)> _kubeletServices = [];
    private readonly List<(string? Namespace, string Selector)> _operatorPods = [];

    /// <summary>
    /// Reads from the operator's Deployment, before it is deleted, where the leftovers will be; of one that a run before this one has
    /// deleted, they are at the usual place.
    /// </summary>
    public async Task FindAsync(IEnumerable<PlannedResource> resources, CancellationToken cancellationToken)
    {
        foreach (
            var deployment in resources.Where(resource =>
                resource
                    is
                {
                    Action: ResourceAction.Deleted,
                    Type: not null,
                    Component: OperatorName,
                    Id: { Group: "apps", Kind: "Deployment" }
                }))
        {
            if (
                deployment.Live is null
                || await client.FindAsync(deployment.Type!, deployment.Id, cancellationToken).ConfigureAwait(false) is not { } live)
            {
                _operatorPods.Add((deployment.Id.Namespace, UsualPodSelector));
                _kubeletServices.Add(UsualKubeletService);
                continue;
            }

            var spec = JsonSlice.Parse(live, "spec");
            var labels = spec.Member("selector").TextMap("matchLabels");
            _operatorPods.Add(
                (
                    deployment.Id.Namespace,
                    "labelSelector=" + Uri.EscapeDataString(string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")))));
            _kubeletServices.AddRange(spec.Member("template").Member("spec").Items("containers").SelectMany(KubeletServices));
        }
    }

    /// <summary>Removes the leftovers once no operator is left to make them anew; what others made under the same name stays.</summary>
    public async Task RemoveAsync(OperationProgress progress, Deadline deadline, CancellationToken cancellationToken)
    {
        foreach (var (namespaceName, selector) in _operatorPods)
        {
            await foreach (
                var pod in client.ListMetadataAsync(ResourceType.Pod, namespaceName, selector, cancellationToken).ConfigureAwait(false))
            {
                progress.Waiting($"the operator's pod {pod.Name} to end");
                await WaitAsync(new ResourceId(string.Empty, "Pod", namespaceName, pod.Name), pod.Uid, deadline, cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        foreach (var (namespaceName, name) in _kubeletServices)
        {
            await RemoveAsync(Service, namespaceName, $"fieldSelector=metadata.name%3D{name}", progress, cancellationToken)
                .ConfigureAwait(false);
            await RemoveAsync(Endpoints, namespaceName, $"fieldSelector=metadata.name%3D{name}", progress, cancellationToken)
                .ConfigureAwait(false);
            await RemoveAsync(
                    EndpointSlice,
                    namespaceName,
                    $"labelSelector=kubernetes.io%2Fservice-name%3D{name}",
                    progress,
                    cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<(string Namespace, string Name)> KubeletServices(JsonElement container) =>
        container.Texts("args")
            .Where(argument => argument.StartsWith(Argument, StringComparison.Ordinal))
            .Select(argument => argument[Argument.Length..].Split('/'))
            .Where(parts => parts.Length == 2)
            .Select(parts => (parts[0], parts[1]));

    private async Task WaitAsync(ResourceId id, string uid, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            await new ObjectWatch(client).UntilGoneAsync(ResourceType.Pod, id, uid, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw new MonitoringException(
                ErrorId.DeletionBlocked,
                $"{id} of the operator is still running after {deadline.Limit.TotalSeconds:0} s",
                "end it, and run the command again",
                id.ToString());
        }
    }

    private async Task RemoveAsync(
        ResourceType type,
        string namespaceName,
        string selector,
        OperationProgress progress,
        CancellationToken cancellationToken)
    {
        await foreach (var metadata in client.ListMetadataAsync(type, namespaceName, selector, cancellationToken).ConfigureAwait(false))
        {
            var id = new ResourceId(type.Group, type.Kind, namespaceName, metadata.Name);
            if (IsTheOperators(metadata))
            {
                if ((await client.DeleteAsync(type, id, metadata.Uid, cancellationToken).ConfigureAwait(false)).Failure is { } refusal)
                {
                    throw ClusterErrors.From(refusal, $"delete {id}, which the operator had made", id.ToString());
                }

                progress.Say($"Deleted {id}, which the operator had made");
            }
        }
    }

    private static bool IsTheOperators(ObjectMetadata metadata) =>
        metadata.Labels.GetValueOrDefault("app.kubernetes.io/managed-by") == OperatorName
        || metadata.Labels.GetValueOrDefault("endpointslice.kubernetes.io/managed-by") == OperatorName
        || metadata.Managers.Any(manager => manager.Manager is "PrometheusOperator" or "operator");
}
