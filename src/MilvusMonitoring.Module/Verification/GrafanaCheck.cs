using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.Grafanas;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>Grafana is healthy, and its data source responds.</summary>
internal sealed class GrafanaCheck : ICheck
{
    private bool _isRefused;

    public string DescribeTarget(CheckContext context) =>
        context.Request.GrafanaUri is { } address ? ServiceHttp.Describe(address) : $"Deployment/{FindNamespace(context)}/grafana";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Request.GrafanaUri is { } address)
        {
            using var atAddress = GrafanaConnection.CreateForAddress(address, context.Request.GrafanaAccess);
            return await CheckAsync(context, ServiceHttp.Describe(address), null, null, atAddress, cancellationToken)
                .ConfigureAwait(false);
        }

        var place = FindNamespace(context);
        if (Choose(context, await new GrafanaFinder(context.Client).ListAsync(place, cancellationToken).ConfigureAwait(false))
            is not { } server)
        {
            return FindMissing(context, place) is { } missing
                ? Finding.Failed(missing.ToString(), "is not in the cluster", context.WriteRestoreCommand(missing))
                : Finding.Skipped(DescribeTarget(context), $"no Grafana is in namespace {place}");
        }

        var (id, live) = (server.Id, server.Live);
        if (await Workloads.CheckAsync(context, id, live, cancellationToken).ConfigureAwait(false)
            is { Status: not CheckStatus.Passed } broken)
        {
            return broken;
        }

        var isOwn = context.Owns(id, live);
        using var inPod = await GrafanaConnection
            .FindForPodAsync(context.Client, server, isOwn, context.Request.GrafanaAccess, cancellationToken).ConfigureAwait(false);
        if (inPod is null)
        {
            return Finding.Failed(id.ToString(), "no pod of it is ready", context.WriteRestoreCommand(id, live, force: true));
        }

        var install = isOwn ? context.WriteRestoreCommand(id, live, force: true) : null;
        return await CheckAsync(context, id.ToString(), install, server, inPod, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the Grafana that this module has installed in a namespace, by the inventory; null if it installed none.</summary>
    private static ResourceId? FindMissing(CheckContext context, string place) => context.Stack?.Entries
        .Where(entry => entry is { LeftAlone: null, Component: ComponentName.Grafana, Id.Kind: "Deployment" })
        .Select(entry => entry.Id)
        .FirstOrDefault(id => id.Namespace == place);

    /// <param name="target">How the finding names the Grafana.</param>
    /// <param name="install">What installs its data source again; null if this module did not install the Grafana.</param>
    /// <param name="server">The Grafana in the cluster; null for one at an address.</param>
    private async Task<Finding> CheckAsync(
        CheckContext context,
        string target,
        string? install,
        GrafanaServer? server,
        GrafanaConnection connection,
        CancellationToken cancellationToken)
    {
        try
        {
            var answer = await connection.GetStateAsync(_isRefused, cancellationToken).ConfigureAwait(false);
            _isRefused |= answer.NotAsked is not null;
            context.Grafana = new CheckedGrafana(server, answer.Dashboards?.Select(Read).ToList());
            return GrafanaRule.Evaluate(target, answer, install);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.CertificateNotTrusted)
        {
            return Finding.FromError(CheckStatus.Failed, target, exception) with { IsOfOtherServer = true };
        }
        catch (MonitoringException exception)
            when (exception.ErrorId is ErrorId.ServiceUnreachable or ErrorId.TimedOut
                || (exception.ErrorId == ErrorId.ResponseInvalid && context.Request.GrafanaUri is not null))
        {
            const string Otherwise = "Give the address of Grafana itself, up to the end of its path, with -GrafanaUri.";
            return Finding.Failed(target, exception, Remedies.DescribeManual(Otherwise));
        }
    }

    /// <summary>
    /// Chooses the Grafana that this module installed, or else the one that belongs to the Prometheus: other tools install one of their own
    /// beside it.
    /// </summary>
    private static GrafanaServer? Choose(CheckContext context, IReadOnlyList<GrafanaServer> servers)
    {
        var own = servers.FirstOrDefault(server => context.Owns(server.Id, server.Live));
        if (own is null && ObjectMetadataReader.FromMetadata(context.Prometheus?.Json.Member("metadata") ?? default) is { } stack)
        {
            own = GrafanaFinder.FindOf(servers, stack);
        }

        return own ?? (servers.Count > 0 ? servers[0] : null);
    }

    private static ShownDashboard Read(FoundDashboard dashboard) =>
        new(dashboard.Uid, dashboard.Title, dashboard.Tags.Contains(ApiPlace.WriteMark(dashboard.Uid)));

    private static string FindNamespace(CheckContext context) =>
        context.Prometheus?.Namespace
        ?? context.Stack?.Namespace
        ?? context.Request.Prometheus.Namespace
        ?? PrometheusChoice.UsualNamespace;
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
