using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Deletes PrometheusRules.</summary>
internal static class RuleDeletion
{
    /// <summary>Deletes a PrometheusRule, unless another one has taken its name.</summary>
    public static async Task DeleteAsync(ClusterClient client, RuleObject item, CancellationToken cancellationToken)
    {
        var result = await client
            .DeleteAsync(ResourceType.PrometheusRule, item.Id, item.Metadata.Uid, cancellationToken)
            .ConfigureAwait(false);
        if (result.Failure is { } failure)
        {
            throw ClusterErrors.From(failure, $"delete {item.Id}", item.Id.ToString());
        }
    }
}
