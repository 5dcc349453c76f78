using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.Verification;

/// <summary>Grafana is healthy, and its data source responds.</summary>
/// <remarks>
/// Grafana locks a user out for five minutes after five wrong passwords. So a refused credential is not tried again, and the password that
/// kube-prometheus installs Grafana with is tried only on a Grafana that this module installed.
/// </remarks>
internal sealed class GrafanaCheck : ICheck
{
    private const string Selector = "labelSelector=app.kubernetes.io%2Fname%3Dgrafana";
    private const int UsualPort = 3000;

    /// <summary>The user that kube-prometheus installs Grafana with; its documentation names it.</summary>
    private static readonly ServerLogin Initial = ServerLogin.FromCredential(new NetworkCredential("admin", "admin"));

    /// <summary>The UIDs of the pods that have refused <see cref="Initial"/>, for all commands of the process.</summary>
    private static readonly ConcurrentDictionary<string, bool> RefusedInitial = new(StringComparer.Ordinal);

    private bool _isRefused;

    public string DescribeTarget(CheckContext context) =>
        context.Request.GrafanaUri is { } address ? ServiceHttp.Describe(address) : $"Deployment/{FindNamespace(context)}/grafana";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Request.GrafanaUri is { } address)
        {
            using var atAddress = ServiceHttp.CreateForAddress(address, context.Request.GrafanaAccess.Authorities);
            var description = ServiceHttp.Describe(address);
            return await CheckAsync(context, new Server(description, description), atAddress, cancellationToken).ConfigureAwait(false);
        }

        var place = FindNamespace(context);
        var all = await Workloads.ListAsync(context.Client, place, Selector, cancellationToken).ConfigureAwait(false);
        if (all.Count == 0)
        {
            return new Finding(CheckStatus.Skipped, DescribeTarget(context), $"no Grafana is in namespace {place}");
        }

        var live = Choose(context, all);
        var id = Workloads.GetId(live);
        if (await Workloads.CheckAsync(context, id, live, cancellationToken).ConfigureAwait(false)
            is { Status: not CheckStatus.Passed } broken)
        {
            return broken;
        }

        var selector = live.Member("spec", "selector");
        bool IsSelected(JsonElement pod) => LabelSelector.Selects(selector, pod.Member("metadata").TextMap("labels"));
        var pods = await ReadyPods.ListAsync(context.Client, place, IsSelected, cancellationToken).ConfigureAwait(false);
        if (pods.Count == 0)
        {
            return Finding.Failed(id.ToString(), "no pod of it is ready", context.WriteRestoreCommand(id, live, force: true));
        }

        var metadata = pods[0].Member("metadata");
        var name = metadata.Text("name")!;
        var pod = new PodAddress(place, name, ReadyPods.FindPort(pods[0], "http") ?? UsualPort);
        using var inPod = ServiceHttp.CreateForPod(new PodDialer(context.Client), pod, string.Empty, authorities: null);
        var server = new Server(id.ToString(), $"pod {name}");
        if (context.Owns(id, live))
        {
            server = server with { Install = context.WriteRestoreCommand(id, live, force: true), PodUid = metadata.Text("uid") };
        }

        return await CheckAsync(context, server, inPod, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Finding> CheckAsync(CheckContext context, Server server, HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await new GrafanaApi(new JsonApi(http, server.Name, context.Request.GrafanaAccess))
                .GetStateAsync(ListCredentials(context, server), cancellationToken)
                .ConfigureAwait(false);
            _isRefused |= answer.NotAsked is not null;
            if (_isRefused && context.Request.GrafanaAccess.Login is null && server.PodUid is { } uid)
            {
                RefusedInitial[uid] = true;
            }

            return GrafanaRule.Evaluate(server.Target, answer, server.Install);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.CertificateNotTrusted)
        {
            return Finding.FromError(CheckStatus.Failed, server.Target, exception) with { IsOfOtherServer = true };
        }
        catch (MonitoringException exception)
            when (exception.ErrorId is ErrorId.ServiceUnreachable or ErrorId.TimedOut
                || (exception.ErrorId == ErrorId.ResponseInvalid && context.Request.GrafanaUri is not null))
        {
            return Finding.Failed(
                server.Target,
                OneLine.TrimPunctuation(exception.Message),
                Remedies.DescribeManual("See that Grafana runs and can be reached from here; give another address with -GrafanaUri."));
        }
    }

    /// <summary>
    /// Chooses the Grafana that this module installed, or else the one that belongs to the Prometheus: other tools install one of their own
    /// beside it.
    /// </summary>
    private static JsonElement Choose(CheckContext context, List<JsonElement> deployments)
    {
        var candidates = deployments
            .Select(live => (Live: live, Metadata: ObjectMetadataReader.FromMetadata(live.Member("metadata"))))
            .Where(item => item.Metadata is not null)
            .Select(item => new Candidate(item.Live, item.Metadata!))
            .ToList();
        var own = candidates.Find(item => context.Owns(Workloads.GetId(item.Live), item.Live));
        var stack = ObjectMetadataReader.FromMetadata(context.Prometheus?.Json.Member("metadata") ?? default);
        if (own is null && stack is { Namespace: { } place })
        {
            own = Stacks.GrafanaRule.Choose(
                candidates,
                item => item.Metadata.Namespace!,
                item => item.Metadata,
                place,
                StackOrigin.FindRelease(stack),
                StackRules.FindKind(place, stack));
        }

        return own?.Live ?? deployments[0];
    }

    /// <summary>The credentials to try in turn; null among them stands for an anonymous request.</summary>
    private ServerLogin?[] ListCredentials(CheckContext context, Server server)
    {
        if (_isRefused)
        {
            return [null];
        }

        if (context.Request.GrafanaAccess.Login is { } login)
        {
            return [login];
        }

        return server.PodUid is { } uid && !RefusedInitial.ContainsKey(uid) ? [null, Initial] : [null];
    }

    private static string FindNamespace(CheckContext context) =>
        context.Prometheus?.Namespace
        ?? context.Stack?.Namespace
        ?? context.Request.Prometheus.Namespace
        ?? PrometheusChoice.UsualNamespace;

    private sealed record Candidate(JsonElement Live, ObjectMetadata Metadata);

    /// <summary>The Grafana to check.</summary>
    /// <param name="Target">How the finding names it.</param>
    /// <param name="Name">How errors name it.</param>
    private sealed record Server(string Target, string Name)
    {
        /// <summary>What installs its data source again; null if this module did not install the Grafana.</summary>
        public string? Install { get; init; }

        /// <summary>The pod, if this module installed the Grafana.</summary>
        public string? PodUid { get; init; }
    }
}

/// <summary>Whether Grafana is healthy and can show what Prometheus has.</summary>
internal static class GrafanaRule
{
    /// <param name="target">The Grafana.</param>
    /// <param name="answer">Its state.</param>
    /// <param name="install">What installs its data source again; null if this module did not install the Grafana.</param>
    public static Finding Evaluate(string target, GrafanaAnswer answer, string? install) =>
        answer switch
        {
            { IsHealthy: false } => Finding.Failed(
                target,
                $"Grafana {answer.Version} says that its database is not healthy",
                Remedies.DescribeManual("See the log of Grafana's pod.")),
            { NotAsked: { } reason } => Finding.Unknown(
                target,
                $"Grafana {answer.Version} is healthy; its data source could not be checked: {reason}",
                Remedies.DescribeManual("Sign in with -GrafanaCredential or -GrafanaToken.")),
            { DataSource: null } => Finding.Failed(
                target,
                $"Grafana {answer.Version} is healthy, but has no Prometheus data source",
                install ?? Remedies.DescribeManual("Add a Prometheus data source to this Grafana.")),
            { DataSourceError: { } error } => Finding.Failed(
                target,
                $"its data source '{answer.DataSource}' does not answer: {error}",
                install ?? Remedies.DescribeManual("Correct the data source in this Grafana.")),
            _ => Finding.Passed(target, $"Grafana {answer.Version} is healthy, and its data source '{answer.DataSource}' answers"),
        };
}
