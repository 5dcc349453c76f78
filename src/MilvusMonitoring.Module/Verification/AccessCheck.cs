using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>The service account of Prometheus may read what its discovery needs.</summary>
internal sealed class AccessCheck : ICheck
{
    /// <summary>The account of kube-prometheus, whose ClusterRole of that name is the one that the page patches.</summary>
    private const string UsualAccount = "prometheus-k8s";

    public string DescribeTarget(CheckContext context) =>
        context.Prometheus is { } prometheus ? $"ServiceAccount/{prometheus.Namespace}/{prometheus.ServiceAccount}" : "ServiceAccount";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.HasOnlyAddress)
        {
            return Finding.Skipped(DescribeTarget(context), "the account of the server at the given address is not known");
        }

        if (context.Jobs.Count > 0)
        {
            return Finding.Skipped(DescribeTarget(context), "no monitor says what Prometheus has to discover");
        }

        if (context.Prometheus is not { } prometheus || context is { Found: null, Monitor: null })
        {
            return null;
        }

        var exists = context.Reads.HasAccountAsync(prometheus);
        var compared = CompareAsync(context, prometheus);
        await Task.WhenAll(exists, compared).ConfigureAwait(false);
        var account = ResourceType.ServiceAccount.IdOf(prometheus.Namespace, prometheus.ServiceAccount);
        return AccessRule.EvaluateAccount(
            DescribeTarget(context),
            await exists.ConfigureAwait(false),
            await compared.ConfigureAwait(false),
            context.WriteRestoreCommand(account));
    }

    private static async Task<Finding?> CompareAsync(CheckContext context, PrometheusServer prometheus)
    {
        var role = FindRole(prometheus, context.Monitor);
        var account = $"{prometheus.Namespace}/{prometheus.ServiceAccount}";
        var remedy = context.Remedies.Grant(prometheus.Namespace, prometheus.Name, prometheus.ServiceAccount != UsualAccount);
        var required = DiscoveryRules.ListRequired(context.MonitorKind, role);
        var discovered = DescribeDiscovered(context.MonitorKind, role);
        Finding? finding = null;
        foreach (var place in context.Monitor?.TargetNamespaces ?? [context.InstanceNamespace])
        {
            var (missing, fromBindings) = await context.Reads.CompareAsync(prometheus, required, place).ConfigureAwait(false);
            finding = AccessRule.Evaluate(account, place, discovered, missing, fromBindings, remedy);
            if (finding.Status != CheckStatus.Passed)
            {
                return await FindLostBindingAsync(context, prometheus, finding).ConfigureAwait(false) ?? finding;
            }
        }

        return finding;
    }

    /// <summary>A role grants nothing without the binding of the stack, which an installation restores.</summary>
    private static async Task<Finding?> FindLostBindingAsync(CheckContext context, PrometheusServer prometheus, Finding finding)
    {
        var binding = ResourceType.ClusterRoleBinding.IdOf(null, prometheus.ServiceAccount);
        return context.Owns(binding) && await context.Reads.HasBindingAsync(binding).ConfigureAwait(false) is false
            ? finding with
            {
                Detail = $"{finding.Detail}, because {binding} is not in the cluster",
                Remedy = context.WriteRestoreCommand(binding),
            }
            : null;
    }

    /// <summary>A monitor may ask for a role of its own, since operator 0.82.</summary>
    private static DiscoveryRole FindRole(PrometheusServer prometheus, LiveMonitor? monitor) =>
        monitor?.Spec.Text("serviceDiscoveryRole") is { } own ? PrometheusServer.ReadRole(own) : prometheus.DiscoveryRole;

    private static string DescribeDiscovered(string monitorKind, DiscoveryRole role)
    {
        if (monitorKind == ResourceType.PodMonitor.Kind)
        {
            return "pods";
        }

        return role == DiscoveryRole.Endpoints ? "Endpoints" : "EndpointSlices";
    }
}

/// <summary>Whether the service account of Prometheus may read what its discovery needs.</summary>
internal static class AccessRule
{
    /// <summary>
    /// Evaluates the account itself. The roles of an account that was deleted still name it, so that a review allows it everything, while
    /// the API server refuses the tokens of its pods.
    /// </summary>
    /// <param name="target">The service account.</param>
    /// <param name="exists">Whether it exists; null if the caller may not read it.</param>
    /// <param name="compared">What the account may do; null if that was not asked.</param>
    /// <param name="remedy">What restores the account.</param>
    public static Finding? EvaluateAccount(string target, bool? exists, Finding? compared, string remedy) => (exists, compared) switch
    {
        (false, _) => Finding.Failed(target, "does not exist, so that the API server refuses the token of Prometheus", remedy),
        (null, { Status: CheckStatus.Passed } passed) => passed with { Detail = $"{passed.Detail}; it is not known whether it exists" },
        _ => compared,
    };

    /// <param name="account">The service account: <c>monitoring/prometheus-k8s</c>.</param>
    /// <param name="place">The namespace; null for the whole cluster.</param>
    /// <param name="discovered">What Prometheus discovers, for the text.</param>
    /// <param name="missing">The permissions that the account lacks.</param>
    /// <param name="fromBindings">Why roles and bindings were read instead of a review by the API server; null if it reviewed.</param>
    /// <param name="remedy">What grants the permissions.</param>
    public static Finding Evaluate(
        string account,
        string? place,
        string discovered,
        IReadOnlyList<Permission> missing,
        string? fromBindings,
        string remedy)
    {
        var target = $"ServiceAccount/{account}";
        var scope = place is null ? "in the whole cluster" : $"in namespace {place}";
        var how = fromBindings is null ? string.Empty : $" (evaluated from roles and bindings, because {fromBindings})";
        if (missing.Count == 0)
        {
            return Finding.Passed(target, $"may discover {discovered} {scope}{how}");
        }

        var detail = $"lacks {Permission.Describe(missing)} {scope}{how}";
        return fromBindings is null ? Finding.Failed(target, detail, remedy) : Finding.Unknown(target, detail, remedy);
    }
}
