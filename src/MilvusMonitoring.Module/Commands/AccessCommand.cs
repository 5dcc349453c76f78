using System.Management.Automation;
using MilvusMonitoring.Access;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Commands;

/// <summary>What granting and revoking have in common: how, where, for which Prometheus.</summary>
public abstract class AccessCommand : ClusterCommand
{
    private const string UsualRole = "prometheus-k8s";

    /// <summary>
    /// A stack: its own Prometheus is meant. An access: the same one again. Anything else with a namespace, such as a Milvus instance, or
    /// the name of a namespace: the access is for that namespace.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The namespaces that the access is for; without it the whole cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Namespace { get; set; } = [];

    /// <summary>
    /// <c>ClusterRole</c>: the rules of the role that Prometheus already has. <c>Binding</c>: a role and a binding of this module's own.
    /// Default: ClusterRole; with namespaces, Binding.
    /// </summary>
    [Parameter]
    public AccessMethod Method { get; set; }

    /// <summary>The role that Prometheus has.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string ClusterRole { get; set; } = UsualRole;

    /// <summary>The namespace of the Prometheus resource, where there are several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusNamespace { get; set; }

    /// <summary>The name of the Prometheus resource, where there are several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusName { get; set; }

    /// <summary>Whether what was granted is taken away.</summary>
    private protected abstract bool IsRevoke { get; }

    /// <inheritdoc />
    private protected sealed override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var work = new AccessOperation(client, output, Request(), IsRevoke);
        var plan = await work.PlanAsync(cancellationToken).ConfigureAwait(false);
        foreach (var planned in plan.Accesses)
        {
            await RunAsync(work, planned, output, cancellationToken).ConfigureAwait(false);
        }

        foreach (var error in plan.Errors)
        {
            output.Error(error);
        }
    }

    private async Task RunAsync(AccessOperation work, PlannedAccess planned, CommandOutput output, CancellationToken cancellationToken)
    {
        if (planned.Writes.Count == 0)
        {
            output.Object(planned.Access);
            return;
        }

        var what =
            $"{planned.Access.Rules} ({string.Join(", ", planned.Writes.Select(write => $"{write.Action} {write.Id}"))}) on {planned.Access.Context}";
        var approval = await output.ApproveAsync(what, IsRevoke ? "Revoke" : "Grant").ConfigureAwait(false);
        if (approval.IsWhatIf)
        {
            output.Object(planned.Access with { IsPlan = true });
        }
        else if (approval.IsGiven)
        {
            try
            {
                output.Object(await work.RunAsync(planned, cancellationToken).ConfigureAwait(false));
            }
            catch (MonitoringException exception) when (!ClusterFailure.AffectsEveryRequest(exception))
            {
                output.Error(exception);
            }
        }
    }

    /// <summary>
    /// A stack's own <c>Namespace</c> says where Prometheus is, a Milvus instance's where Milvus is: so the type decides, and no binding by
    /// property name.
    /// </summary>
    private AccessRequest Request()
    {
        var typed = new AccessRequest(Method, ClusterRole, Namespace, new PrometheusChoice(PrometheusNamespace, PrometheusName));
        var request = InputObject is null ? typed : OfPiped(typed, InputObject);
        if (request.Namespaces.Count > 0 && IsGiven(nameof(Method)) && Method == AccessMethod.ClusterRole)
        {
            throw Invalid("A ClusterRole is for the whole cluster; leave out -Method, or the namespaces.", nameof(Method));
        }

        return IsGiven(nameof(ClusterRole)) && (request.Namespaces.Count > 0 || request.Method == AccessMethod.Binding)
            ? throw Invalid("-ClusterRole has no meaning for a binding, which has a role of its own; leave it out.", nameof(ClusterRole))
            : request;
    }

    private AccessRequest OfPiped(AccessRequest typed, PSObject input)
    {
        var piped = new PipedObject(input);
        return piped.Is<KubePrometheusStack>()
                ? typed with
                {
                    Prometheus = typed.Prometheus with { Namespace = PrometheusNamespace ?? piped.Text("Namespace") },
                }
            : piped.Is<PrometheusAccess>() ? OfAccess(typed, piped)
            : (input.BaseObject as string ?? piped.Text("Namespace")) is { Length: > 0 } name
                ? typed with
                {
                    Namespaces = [.. Namespace, name],
                }
            : throw Invalid(
                $"{input.BaseObject.GetType().Name} says neither which Prometheus nor which namespace is meant; pipe a stack, a Milvus instance or the name of a namespace.",
                nameof(InputObject));
    }

    private AccessRequest OfAccess(AccessRequest typed, PipedObject access)
    {
        var method = access.Word<AccessMethod>(nameof(PrometheusAccess.Method));
        return typed with
        {
            Method = IsGiven(nameof(Method)) ? Method : method,
            ClusterRole =
                !IsGiven(nameof(ClusterRole))
                && method == AccessMethod.ClusterRole
                && access.Text(nameof(PrometheusAccess.Role)) is { } role
                    ? role[(role.IndexOf('/', StringComparison.Ordinal) + 1)..]
                    : ClusterRole,
            Namespaces = access.Text(nameof(PrometheusAccess.TargetNamespace)) is { } target ? [.. Namespace, target] : Namespace,
            Prometheus = typed.Prometheus with { Namespace = PrometheusNamespace ?? access.Text(nameof(PrometheusAccess.Namespace)) },
        };
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private static MonitoringException Invalid(string message, string parameter) => new(ErrorId.ParameterInvalid, message, parameter);
}
