using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// The Service, Endpoints and EndpointSlices for the nodes' kubelets. The operator creates them in another namespace and never deletes them
/// (prometheus-operator issue 4295). If they stay, the next installation scrapes each kubelet twice.
/// </summary>
internal sealed class OperatorLeftovers(ClusterClient client)
{
    private const string Argument = "--kubelet-service=";
    private const string OperatorName = "prometheus-operator";
    private const string UsualPodSelector = $"labelSelector=app.kubernetes.io%2Fname%3D{OperatorName}";

    /// <summary>The kubelet Service that the operator of every release of kube-prometheus uses.</summary>
    private static readonly (string Namespace, string Name) UsualKubeletService = ("kube-system", "kubelet");



    private readonly List<(string Namespace, string Name)> _kubeletServices = [];
    private readonly List<(string? Namespace, string Selector)> _operatorPods = [];

    /// <summary>
    /// Reads from the operator's Deployment, before it is deleted, where the leftovers will be. If an earlier run has deleted the
    /// Deployment, they are at the usual place.
    /// </summary>
    public async Task CollectAsync(IEnumerable<PlannedResource> resources, CancellationToken cancellationToken)
    {
        var deployments = resources.Where(resource =>
            resource is { Action: ResourceAction.Deleted, Type: not null, Component: OperatorName, Id.IsDeployment: true });
        foreach (var deployment in deployments)
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
            var labels = spec.Member("selector").TextMap("matchLabels").Select(label => $"{label.Key}={label.Value}");
            _operatorPods.Add((deployment.Id.Namespace, "labelSelector=" + Uri.EscapeDataString(string.Join(',', labels))));
            _kubeletServices.AddRange(spec.Member("template").Member("spec").Items("containers").SelectMany(ListKubeletServices));
        }
    }

    /// <summary>
    /// Removes the leftovers once no operator is left to create them again. A foreign object of the same name stays.
    /// </summary>
    public async Task RemoveAsync(OperationProgress progress, Deadline deadline, CancellationToken cancellationToken)
    {
        foreach (var (namespaceName, selector) in _operatorPods)
        {
            await foreach (
                var pod in client.ListMetadataAsync(ResourceType.Pod, namespaceName, selector, cancellationToken).ConfigureAwait(false))
            {
                progress.Waiting($"the operator's pod {pod.Name} to end");
                await WaitAsync(ResourceType.Pod.IdOf(namespaceName, pod.Name), pod.Uid, deadline, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var (namespaceName, name) in _kubeletServices)
        {
            var byName = $"fieldSelector=metadata.name%3D{name}";
            var byService = $"labelSelector=kubernetes.io%2Fservice-name%3D{name}";
            await RemoveAsync(ResourceType.Service, namespaceName, byName, progress, cancellationToken).ConfigureAwait(false);
            await RemoveAsync(ResourceType.Endpoints, namespaceName, byName, progress, cancellationToken).ConfigureAwait(false);
            await RemoveAsync(ResourceType.EndpointSlice, namespaceName, byService, progress, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<(string Namespace, string Name)> ListKubeletServices(JsonElement container) =>
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
                "find out what keeps the pod, and run the command again",
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
            var id = type.IdOf(namespaceName, metadata.Name);
            if (IsOperatorObject(metadata))
            {
                if ((await client.DeleteAsync(type, id, metadata.Uid, cancellationToken).ConfigureAwait(false)).Failure is { } refusal)
                {
                    throw ClusterErrors.From(refusal, $"delete {id}, which the operator created", id.ToString());
                }

                progress.Report($"Deleted {id}, which the operator created");
            }
        }
    }

    private static bool IsOperatorObject(ObjectMetadata metadata) =>
        metadata.Labels.GetValueOrDefault("app.kubernetes.io/managed-by") == OperatorName
        || metadata.Labels.GetValueOrDefault("endpointslice.kubernetes.io/managed-by") == OperatorName
        || metadata.Managers.Any(manager => manager.Manager is "PrometheusOperator" or "operator");
}
