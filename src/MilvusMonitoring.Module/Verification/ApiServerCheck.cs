using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Verification;

/// <summary>The API server responds, and the installed release of kube-prometheus supports its Kubernetes.</summary>
internal sealed class ApiServerCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => ClusterSettings.AddressOf(context.Client.Connection.Server);

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            var version = await ClusterInfo.ReadVersionAsync(context.Client, cancellationToken).ConfigureAwait(false);
            var stacks = await InventoryStore
                .ListAsync(context.Client, context.Sink, cancellationToken)
                .ListIfPermittedAsync(context.Sink)
                .ConfigureAwait(false);
            context.Stack = stacks.FirstOrDefault(stack => (context.Request.Prometheus.Namespace ?? stack.Namespace) == stack.Namespace);
            var release = ReleaseCatalog.All.FirstOrDefault(release => release.Version == context.Stack?.Release);
            return ApiServerRule.Evaluate(DescribeTarget(context), version, release);
        }
        catch (MonitoringException exception) when (exception.ErrorId != ErrorId.PermissionDenied)
        {
            return Finding.FromError(
                CheckStatus.Failed,
                DescribeTarget(context),
                exception,
                Remedies.DescribeManual("Check that the cluster runs and that the kubeconfig is right."));
        }
    }
}

/// <summary>Whether the installed release is tested against the cluster's Kubernetes.</summary>
internal static class ApiServerRule
{
    /// <param name="server">The address of the API server.</param>
    /// <param name="version">The version of Kubernetes.</param>
    /// <param name="release">The installed release; null if no release of the catalog is installed.</param>
    public static Finding Evaluate(string server, ServerVersion version, Release? release)
    {
        if (release is null)
        {
            return Finding.Passed(server, $"Kubernetes {version.Text}");
        }

        return release.Supports(version.Kubernetes)
            ? Finding.Passed(server, $"Kubernetes {version.Text}, which kube-prometheus {release.Number} supports")
            : Finding.Warning(
                server,
                $"Kubernetes {version.Text}; kube-prometheus {release.Number} is tested only against "
                    + $"{release.OldestKubernetes} to {release.NewestKubernetes}");
    }
}
