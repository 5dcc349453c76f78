using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.Verification;

/// <summary>The API server serves the kinds that monitoring needs.</summary>
internal sealed class CrdCheck : ICheck
{
    public static IReadOnlyList<ResourceType> Kinds { get; } =
        [ResourceType.Prometheus, ResourceType.ServiceMonitor, ResourceType.PodMonitor];

    public string DescribeTarget(CheckContext context) => ResourceType.Prometheus.Group;

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var types = new ResourceTypes(context.Client);
        var states = new List<(string Name, CrdState? State)>();
        foreach (var kind in Kinds)
        {
            var isServed = await types.FindAsync(kind.Group, kind.Version, kind.Kind, cancellationToken).ConfigureAwait(false) is not null;
            var state = isServed
                ? new CrdState(true, null)
                : await FindStateAsync(context, kind, cancellationToken).ConfigureAwait(false);
            states.Add(($"{kind.Plural}.{kind.Group}", state));
        }

        return context.Request.PrometheusUris.Count > 0 && states.All(item => item.State is null)
            ? Finding.Skipped(DescribeTarget(context), "the cluster serves none of its kinds; the server at the given address is asked")
            : CrdRule.Evaluate(states, WriteRemedy(context, states));
    }

    /// <summary>CRDs without an inventory of this module are another tool's, which has to install the others of its version.</summary>
    private static string WriteRemedy(CheckContext context, IReadOnlyList<(string Name, CrdState? State)> states)
    {
        if (context.Stack is { } stack)
        {
            return context.Remedies.Install(stack);
        }

        return states.All(item => item.State is null)
            ? context.Remedies.InstallFirst()
            : Remedies.DescribeManual("Install these CRDs with the tool that installed the others of this group.");
    }

    /// <summary>
    /// Reads why a kind is not served. Only callers who may read CRDs see that, while discovery shows everybody that a served kind is
    /// established.
    /// </summary>
    private static async Task<CrdState?> FindStateAsync(CheckContext context, ResourceType kind, CancellationToken cancellationToken)
    {
        var id = new ResourceId(ResourceType.Crd.Group, ResourceType.Crd.Kind, null, $"{kind.Plural}.{kind.Group}");
        var crd = await context.Client
            .FindAsync(ResourceType.Crd, id, cancellationToken)
            .IfPermittedAsync(context.Sink)
            .ConfigureAwait(false);
        return crd is { } body ? CrdState.FromStatus(JsonSlice.Parse(body, "status")) with { IsEstablished = false } : null;
    }
}

/// <summary>Whether the CRDs that monitoring needs are established.</summary>
internal static class CrdRule
{
    /// <param name="states">Each CRD; null if it is not in the cluster.</param>
    /// <param name="remedy">What installs the CRDs.</param>
    public static Finding Evaluate(IReadOnlyList<(string Name, CrdState? State)> states, string remedy)
    {
        var target = ResourceType.Prometheus.Group;
        var missing = states.Where(item => item.State is null).Select(item => item.Name).ToList();
        if (missing.Count > 0)
        {
            return Finding.Failed(target, $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not in the cluster", remedy);
        }

        var unready = states
            .Where(item => !item.State!.IsEstablished)
            .Select(item => item.State!.Refusal is { } reason ? $"{item.Name}: {reason}" : $"{item.Name} is not established")
            .ToList();
        return unready.Count > 0
            ? Finding.Failed(
                target,
                string.Join(", ", unready),
                Remedies.DescribeManual("Remove or rename the CRD that holds these names, or wait for the API server to accept them."))
            : Finding.Passed(target, $"serves {string.Join(", ", states.Select(item => item.Name.Split('.')[0]))}");
    }
}
