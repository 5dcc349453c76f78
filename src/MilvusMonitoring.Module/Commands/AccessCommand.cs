using System.Management.Automation;
using MilvusMonitoring.Access;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Commands;

/// <summary>The base of Grant- and Revoke-PrometheusMilvusAccess.</summary>
public abstract class AccessCommand : ClusterCommand
{
    /// <summary>
    /// A stack: the access is for the Prometheus of the stack. An access: the same access again. An object with a namespace, such as a
    /// Milvus instance, or the name of a namespace: the access is for that namespace.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The namespaces that Prometheus may read. Default: the whole cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Namespace { get; set; } = [];

    /// <summary>
    /// <c>ClusterRole</c> adds a rule to the role that Prometheus already has. <c>Binding</c> creates a role and a binding of this module.
    /// Default: ClusterRole for a stack that this module installed, else Binding; with namespaces Binding.
    /// </summary>
    [Parameter]
    public AccessMethod Method { get; set; }

    /// <summary>The ClusterRole that Prometheus has. Default: <c>prometheus-k8s</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ClusterRole { get; set; }

    /// <summary>The namespace of the Prometheus resource; required if there are several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusNamespace { get; set; }

    /// <summary>The name of the Prometheus resource; required if there are several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PrometheusName { get; set; }

    /// <summary>Whether the command revokes.</summary>
    private protected abstract bool IsRevoke { get; }

    /// <inheritdoc />
    private protected sealed override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var operation = new AccessOperation(client, output, CreateRequest(), IsRevoke);
        var plan = await operation.PlanAsync(cancellationToken).ConfigureAwait(false);
        foreach (var planned in plan.Accesses)
        {
            await RunAsync(operation, planned, output, cancellationToken).ConfigureAwait(false);
        }

        foreach (var error in plan.Errors)
        {
            output.Error(error);
        }
    }

    private async Task RunAsync(AccessOperation operation, PlannedAccess planned, CommandOutput output, CancellationToken cancellationToken)
    {
        if (planned.Writes.Count == 0)
        {
            output.Object(planned.Access);
            return;
        }

        var writes = string.Join(", ", planned.Writes.Select(write => $"{CommandOutputExtensions.GetVerb(write.Action)} {write.Id}"));
        var approval = await output
            .ApproveAsync($"{planned.Access.Rules} ({writes}) on {planned.Access.Context}", IsRevoke ? "Revoke" : "Grant")
            .ConfigureAwait(false);
        if (approval.IsWhatIf)
        {
            output.Object(planned.Access with { IsPlan = true });
        }
        else if (approval.IsGiven)
        {
            try
            {
                output.Object(await operation.ExecuteAsync(planned, cancellationToken).ConfigureAwait(false));
            }
            catch (MonitoringException exception) when (!ClusterFailure.AffectsEveryRequest(exception))
            {
                output.Error(exception);
            }
        }
    }

    /// <summary>
    /// The <c>Namespace</c> of a stack is where Prometheus is; that of a Milvus instance is where Milvus is. So the type of the object
    /// decides, and the parameter does not bind by property name.
    /// </summary>
    private AccessRequest CreateRequest()
    {
        var typed = new AccessRequest(
            IsBound(nameof(Method)) ? Method : null,
            ClusterRole,
            Namespace,
            new PrometheusChoice(PrometheusNamespace, PrometheusName));
        var request = InputObject is null ? typed : FromPipeline(typed, InputObject);
        if (request.Namespaces.Count > 0 && IsBound(nameof(Method)) && Method == AccessMethod.ClusterRole)
        {
            throw CreateInvalid(
                "-Method ClusterRole cannot be combined with namespaces",
                "leave out -Method or the namespaces",
                nameof(Method));
        }

        return IsBound(nameof(ClusterRole)) && (request.Namespaces.Count > 0 || request.Method == AccessMethod.Binding)
            ? throw CreateInvalid(
                "-ClusterRole cannot be combined with -Method Binding or with namespaces",
                "leave out -ClusterRole",
                nameof(ClusterRole))
            : request;
    }

    private AccessRequest FromPipeline(AccessRequest typed, PSObject input)
    {
        var piped = new PipedObject(input);
        if (piped.Is<KubePrometheusStack>())
        {
            return typed with { Prometheus = typed.Prometheus with { Namespace = PrometheusNamespace ?? piped.Text("Namespace") } };
        }

        if (piped.Is<MonitoringStack>())
        {
            return typed with { Prometheus = FromStack(piped) };
        }

        if (piped.Is<PrometheusAccess>())
        {
            return FromAccess(typed, piped);
        }

        if ((input.BaseObject as string ?? piped.Text("Namespace")) is { Length: > 0 } name)
        {
            return typed with { Namespaces = [.. Namespace, name], Monitor = FindMonitor(piped, name) };
        }

        return piped.NamesCluster
            ? typed
            : throw CreateInvalid(
                $"{input.BaseObject.GetType().Name} names neither a Prometheus nor a namespace",
                "pipe a stack, a Milvus instance or the name of a namespace",
                nameof(InputObject));
    }

    /// <summary>A stack with several Prometheus resources leaves the choice to the namespace of the stack and to the parameters.</summary>
    private PrometheusChoice FromStack(PipedObject stack) => new(
        PrometheusNamespace ?? stack.Text(nameof(MonitoringStack.PrometheusNamespace)) ?? stack.Text(nameof(MonitoringStack.Namespace)),
        PrometheusName ?? stack.Text(nameof(MonitoringStack.PrometheusName)));

    private static MonitorChoice? FindMonitor(PipedObject piped, string namespaceName)
    {
        if (piped.Is<MilvusServiceMonitor>())
        {
            return new MonitorChoice(piped.Text("Kind") ?? string.Empty, namespaceName, piped.Text("Name") ?? string.Empty);
        }

        return piped.Is<MilvusInstance>()
            ? new MonitorChoice(
                piped.Text(nameof(MilvusInstance.MonitorKind)) ?? string.Empty,
                namespaceName,
                piped.Text(nameof(MilvusInstance.MonitorName)) ?? string.Empty)
            : null;
    }

    private AccessRequest FromAccess(AccessRequest typed, PipedObject access)
    {
        var method = access.EnumValue<AccessMethod>(nameof(PrometheusAccess.Method));
        return typed with
        {
            Method = typed.Method ?? method,
            ClusterRole = ClusterRole is null && method == AccessMethod.ClusterRole ? ReadRoleName(access) : ClusterRole,
            Namespaces = access.Text(nameof(PrometheusAccess.TargetNamespace)) is { } target ? [.. Namespace, target] : Namespace,
            Prometheus = typed.Prometheus with { Namespace = PrometheusNamespace ?? access.Text(nameof(PrometheusAccess.Namespace)) },
        };
    }

    /// <summary>The name in <c>ClusterRole/prometheus-k8s</c>.</summary>
    private static string? ReadRoleName(PipedObject access) =>
        access.Text(nameof(PrometheusAccess.Role)) is { } role ? role[(role.IndexOf('/', StringComparison.Ordinal) + 1)..] : null;

    private static MonitoringException CreateInvalid(string reason, string remedy, string parameter) =>
        new(ErrorId.ParameterInvalid, reason, remedy, parameter);
}
