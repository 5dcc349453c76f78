using EmbeddedCluster;
using MilvusMonitoring.Campaigns.Faults;

namespace MilvusMonitoring.Campaigns.Tenants;

/// <summary>What a command of the administrator did outside of the tenant's namespace.</summary>
/// <param name="Name">The command.</param>
/// <param name="Errors">Its errors.</param>
/// <param name="Writes">What it wrote: method and path, without the tenant's namespace.</param>
internal sealed record PlayedCommand(string Name, IReadOnlyList<string> Errors, IReadOnlyList<string> Writes)
{
    /// <summary>A controller deletes it with its Service, sometimes before the command comes to it.</summary>
    private const string FollowsItsService = "/kube-system/endpoints/kubelet";

    public static PlayedCommand Create(string name, RunResult result, IEnumerable<LoggedRequest> writes) => new(
        name,
        [.. result.Errors.Select(error => error is MonitoringException known ? $"{known.ErrorId}: {known.Message}" : $"{error}")],
        [
            .. writes
                .Where(request => request.UserAgent.StartsWith("milvus-monitoring", StringComparison.Ordinal))
                .Select(request => $"{request.Method} {request.Path.Split('?')[0]}")
                .Where(write => !$"{write}/".Contains($"/namespaces/{Tenant.Namespace}/", StringComparison.Ordinal))
                .Where(write => !write.EndsWith(FollowsItsService, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ]);

    /// <summary>Lists what differs from the same command without a tenant.</summary>
    public IEnumerable<string> ListDifferences(PlayedCommand other)
    {
        foreach (var error in Errors.Except(other.Errors))
        {
            yield return $"{Name} fails: {error}";
        }

        foreach (var write in Writes.Distinct().Except(other.Writes))
        {
            yield return $"{Name} writes what it does not write without the tenant: {write}";
        }

        foreach (var write in other.Writes.Distinct().Except(Writes))
        {
            yield return $"{Name} does not write what it writes without the tenant: {write}";
        }
    }
}
