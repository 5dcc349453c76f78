using System.Text.Json;
using MilvusMonitoring.Grafanas;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Dashboards.Places;

/// <summary>Which Grafana the user means, and how to sign in to it.</summary>
/// <param name="Choice">The Grafana in the cluster.</param>
/// <param name="Address">The address of a Grafana, which is used by its API; null for a Grafana in the cluster.</param>
/// <param name="Access">How to sign in.</param>
internal sealed record GrafanaRequest(GrafanaChoice Choice, Uri? Address, ServerAccess Access);

/// <summary>A Grafana, and the place from which it takes dashboards.</summary>
/// <param name="Place">The place.</param>
/// <param name="Name">The Grafana, for people.</param>
/// <param name="Connection">The connection to it; null if no pod of it is ready, or if it is the Grafana Operator's.</param>
internal sealed record GrafanaSite(IDashboardPlace Place, string Name, GrafanaConnection? Connection) : IDisposable
{
    /// <summary>The workload or resource; null for an address.</summary>
    public (string Namespace, string Name)? Workload { get; init; }

    /// <summary>The address; null for a Grafana in the cluster.</summary>
    public Uri? Address { get; init; }

    public void Dispose() => Connection?.Dispose();
}

/// <summary>Finds the Grafana that the user means, and the way in which it takes dashboards.</summary>
internal sealed class PlaceFinder(ClusterClient client, IActivitySink sink)
{
    /// <summary>Gets the Grafana and its place.</summary>
    /// <exception cref="MonitoringException">There is no Grafana, there are several, or the Grafana takes no dashboards from the
    /// cluster.</exception>
    public async Task<GrafanaSite> GetAsync(GrafanaRequest request, CancellationToken cancellationToken)
    {
        if (request.Address is { } address)
        {
            return await SignInAsync(address, request.Access, cancellationToken).ConfigureAwait(false);
        }

        var operated = await ListOperatedAsync(request.Choice, cancellationToken).ConfigureAwait(false);
        var servers = await new GrafanaFinder(client).ListAsync(request.Choice.Namespace, cancellationToken).ConfigureAwait(false);
        var own = servers.Where(server => server.OperatedBy is null).ToList();
        var found = own.Select(server => (server.Id, Server: (GrafanaServer?)server, Operated: (OperatedGrafana?)null))
            .Concat(operated.Select(grafana => (grafana.Id, Server: (GrafanaServer?)null, Operated: (OperatedGrafana?)grafana)))
            .ToList();
        var (_, chosen, resource) = GrafanaFinder.Choose(found, item => item.Id, request.Choice, client.Connection.Context);
        return chosen is not null
            ? await OpenAsync(chosen, request.Access, cancellationToken).ConfigureAwait(false)
            : CreateSite(resource!);
    }

    /// <summary>Gets the place of a Grafana in the cluster.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.DashboardInvalid"/>: it takes no dashboards from the cluster.</exception>
    public IDashboardPlace GetPlace(GrafanaServer server) => FindPlace(server) ?? throw new MonitoringException(
        ErrorId.DashboardInvalid,
        $"{server} has no sidecar for dashboards, and mounts no ConfigMap with dashboards",
        "send them to Grafana itself with -GrafanaUri and -GrafanaToken",
        server.ToString());

    /// <summary>Finds the place of a Grafana in the cluster; null if it takes no dashboards from the cluster.</summary>
    public IDashboardPlace? FindPlace(GrafanaServer server)
    {
        if (server.FindSidecar() is { } sidecar)
        {
            var place = sidecar.Namespaces is { } watched && !watched.Contains(server.Namespace) && watched.Count > 0
                ? watched[0]
                : server.Namespace;
            return new ObjectPlace(
                client,
                DashboardMethod.Sidecar,
                new SidecarForm(place, sidecar.Label, sidecar.LabelValue ?? "1"));
        }

        return server.ListMounted().Count > 0 ? new MountedPlace(client, server) : null;
    }

    private async Task<GrafanaSite> OpenAsync(GrafanaServer server, ServerAccess access, CancellationToken cancellationToken)
    {
        var place = GetPlace(server);
        var isOwn = await IsOwnAsync(server, cancellationToken).ConfigureAwait(false);
        var connection = await GrafanaConnection.FindForPodAsync(client, server, isOwn, access, cancellationToken)
            .IfPermittedAsync(sink).ConfigureAwait(false);
        return new GrafanaSite(place, server.ToString(), connection) { Workload = (server.Namespace, server.Metadata.Name) };
    }

    private async Task<GrafanaSite> SignInAsync(Uri address, ServerAccess access, CancellationToken cancellationToken)
    {
        var connection = GrafanaConnection.CreateForAddress(address, access);
        try
        {
            var health = await connection.Api.GetHealthAsync(cancellationToken).ConfigureAwait(false);
            sink.Verbose($"Grafana {health.Version} answers at {ServiceHttp.Describe(address)}.");
            var place = new ApiPlace(connection.Api, access.Login, ServiceHttp.Describe(address));
            return new GrafanaSite(place, ServiceHttp.Describe(address), connection) { Address = address };
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private GrafanaSite CreateSite(OperatedGrafana grafana)
    {
        if (grafana.Labels.Count == 0)
        {
            throw new MonitoringException(
                ErrorId.DashboardInvalid,
                $"{grafana.Id} has no label that the instanceSelector of a GrafanaDashboard can select",
                "add a label, such as dashboards=grafana",
                grafana.Id.ToString());
        }

        var form = new OperatorForm(grafana.Id.Namespace!, grafana.Labels);
        return new GrafanaSite(new ObjectPlace(client, DashboardMethod.GrafanaOperator, form), grafana.Id.ToString(), null)
        {
            Workload = (grafana.Id.Namespace!, grafana.Id.Name),
        };
    }

    private async Task<IReadOnlyList<OperatedGrafana>> ListOperatedAsync(GrafanaChoice choice, CancellationToken cancellationToken)
    {
        var found = await ListAsync().ListIfPermittedAsync(sink).ConfigureAwait(false);
        return
        [
            .. found.Select(live => live.Member("metadata"))
                .Select(metadata => new OperatedGrafana(
                    OperatorForm.Grafanas.IdOf(metadata.Text("namespace"), metadata.Text("name") ?? string.Empty),
                    metadata.TextMap("labels"))),
        ];

        async Task<IReadOnlyList<JsonElement>> ListAsync() => await client
            .ListAsync(OperatorForm.Grafanas, choice.Namespace, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether this module installed a Grafana, as its inventory records.</summary>
    private async Task<bool> IsOwnAsync(GrafanaServer server, CancellationToken cancellationToken)
    {
        var inventories = await InventoryStore.ListAsync(client, sink, server.Namespace, cancellationToken)
            .ListIfPermittedAsync(sink).ConfigureAwait(false);
        return inventories.SelectMany(inventory => inventory.Entries)
            .Any(entry => entry.Id == server.Id && entry.LeftAlone is null && entry.Uid == server.Metadata.Uid);
    }

    private sealed record OperatedGrafana(ResourceId Id, IReadOnlyDictionary<string, string> Labels);
}
