using MilvusMonitoring.Access;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>How one run of a command ended.</summary>
/// <param name="Errors">Every error it would have written.</param>
/// <param name="Stack">The stack that came out; null where none did.</param>
internal sealed record RunResult(IReadOnlyList<Exception> Errors, KubePrometheusStack? Stack = null)
{
    public bool Succeeded => Errors.Count == 0;

    /// <summary>For what a case begins with.</summary>
    /// <exception cref="InvalidOperationException">It had an error.</exception>
    public void EnsureSucceeded()
    {
        if (Errors is [var error, ..])
        {
            throw new InvalidOperationException("What a case begins with could not be made.", error);
        }
    }
}

/// <summary>Does what the cmdlets do, without an engine around it.</summary>
internal sealed class ModuleRunner(string kubeconfig, int throttleLimit, TimeProvider time)
{
    private const string StackNamespace = "monitoring";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public Task<RunResult> InstallAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(
            async (client, errors) =>
            {
                var installation = new InstallOperation(
                    client,
                    new Silence(),
                    new ReleaseStore(),
                    new InstallOptions(false, throttleLimit));
                var plan = await installation
                    .PlanAsync(new ManifestRequest(null, path, ManifestSelection.All), cancellationToken).ConfigureAwait(false);
                var report = await installation.ExecuteAsync(plan, false, Timeout, cancellationToken).ConfigureAwait(false);
                errors.AddRange(report.Errors);
                return report.Stack;
            },
            cancellationToken);

    public Task<RunResult> UninstallAsync(CancellationToken cancellationToken) =>
        RunAsync(
            async (client, errors) =>
            {
                var removal = new UninstallOperation(client, new Silence(), new ReleaseStore(), false, throttleLimit);
                if (await removal.PlanAsync(null, StackNamespace, cancellationToken).ConfigureAwait(false) is not { } plan)
                {
                    return null;
                }

                var report = await removal.ExecuteAsync(plan, Timeout, cancellationToken).ConfigureAwait(false);
                errors.AddRange(report.Errors);
                return report.Stack;
            },
            cancellationToken);

    public Task<RunResult> AccessAsync(AccessMethod method, bool revoke, CancellationToken cancellationToken) =>
        RunAsync(
            async (client, errors) =>
            {
                var work = new AccessOperation(
                    client,
                    new Silence(),
                    new AccessRequest(method, "prometheus-k8s", [], new PrometheusChoice(null, null)),
                    revoke);
                var plan = await work.PlanAsync(cancellationToken).ConfigureAwait(false);
                foreach (var planned in plan.Accesses.Where(planned => planned.Writes.Count > 0))
                {
                    await work.ExecuteAsync(planned, cancellationToken).ConfigureAwait(false);
                }

                errors.AddRange(plan.Errors);
                return null;
            },
            cancellationToken);

    public Task<RunResult> EnableAsync(string instance, CancellationToken cancellationToken) =>
        RunAsync(
            async (client, _) =>
            {
                var operation = new EnableOperation(client, new Silence());
                var options = new MonitorOptions(null, null, new Dictionary<string, string>());
                var request = new EnableRequest(instance, "default", options, null);
                var plan = await operation.PlanAsync(request, cancellationToken).ConfigureAwait(false);
                await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false);
                return null;
            },
            cancellationToken);

    public Task<RunResult> DisableAsync(string instance, CancellationToken cancellationToken) =>
        RunAsync(
            async (client, _) =>
            {
                var operation = new DisableOperation(client, new Silence());
                foreach (var plan in await operation.PlanAsync(instance, "default", cancellationToken).ConfigureAwait(false))
                {
                    await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false);
                }

                return null;
            },
            cancellationToken);

    public Task<RunResult> EnableRulesAsync(string instance, CancellationToken cancellationToken) =>
        RunAsync(
            async (client, _) =>
            {
                var operation = new EnableRulesOperation(client, new Silence());
                var request = new EnableRulesRequest(instance, "default", new AlertRuleOptions());
                var plan = await operation.PlanAsync(request, cancellationToken).ConfigureAwait(false);
                await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false);
                return null;
            },
            cancellationToken);

    public Task<RunResult> DisableRulesAsync(string instance, CancellationToken cancellationToken) =>
        RunAsync(
            async (client, _) =>
            {
                var operation = new DisableRulesOperation(client, new Silence());
                foreach (var plan in await operation.PlanAsync(instance, "default", null, cancellationToken).ConfigureAwait(false))
                {
                    await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false);
                }

                return null;
            },
            cancellationToken);

    public Task<RunResult> SetReceiverAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(
            async (client, _) =>
            {
                var operation = new ReceiverOperation(client, new Silence());
                var settings = new ReceiverSettings(name, AlertReceiverType.Webhook) { Address = new Uri("http://relay.ops.svc/") };
                var request = new ReceiverRequest(settings, null, new AlertmanagerChoice(null, null));
                var plan = await operation.PlanSetAsync(request, cancellationToken).ConfigureAwait(false);
                await operation.SetAsync(plan, request, cancellationToken).ConfigureAwait(false);
                return null;
            },
            cancellationToken);

    public Task<RunResult> RemoveReceiverAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(
            async (client, _) =>
            {
                var operation = new ReceiverOperation(client, new Silence());
                try
                {
                    var choice = new AlertmanagerChoice(null, null);
                    var plan = await operation.PlanRemoveAsync(name, null, choice, cancellationToken).ConfigureAwait(false);
                    await operation.RemoveAsync(plan, cancellationToken).ConfigureAwait(false);
                }
                catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ReceiverNotFound)
                {
                    // An earlier run has removed it.
                }

                return null;
            },
            cancellationToken);

    /// <summary>The stacks that the inventories show; an error is thrown.</summary>
    public async Task<IReadOnlyList<KubePrometheusStack>> ReadAsync(CancellationToken cancellationToken)
    {
        using var connection = Connect();
        return await new StackReader(new ClusterClient(connection), new Silence(), throttleLimit)
            .ListAsync(cancellationToken).ConfigureAwait(false);
    }

    public ClusterConnection Connect() =>
        ClusterConnection.Open(new ClusterTarget(kubeconfig, null), new Silence(), KubeconfigLocations.FromEnvironment(), time);

    private async Task<RunResult> RunAsync(
        Func<ClusterClient, List<Exception>, Task<KubePrometheusStack?>> work,
        CancellationToken cancellationToken)
    {
        var errors = new List<Exception>();
        KubePrometheusStack? stack = null;
        try
        {
            using var connection = Connect();
            stack = await work(new ClusterClient(connection), errors).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            // As the cmdlet does, which makes an error record of anything.
            errors.Add(exception);
        }

        return new RunResult(errors, stack);
    }
}
