using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Grafanas;

/// <summary>A connection to a Grafana, at an address or in a pod.</summary>
/// <remarks>
/// Grafana locks a user out for five minutes after five wrong passwords. So a refused credential is not tried again, and the password that
/// kube-prometheus installs Grafana with is tried only on a Grafana that this module installed.
/// </remarks>
internal sealed class GrafanaConnection : IDisposable
{
    private const int UsualPort = 3000;

    /// <summary>The user that kube-prometheus installs Grafana with; its documentation names it.</summary>
    private static readonly ServerLogin Initial = ServerLogin.FromCredential(new NetworkCredential("admin", "admin"));

    /// <summary>The UIDs of the pods that have refused <see cref="Initial"/>, for all commands of the process.</summary>
    private static readonly ConcurrentDictionary<string, bool> RefusedInitial = new(StringComparer.Ordinal);

    private readonly HttpClient _http;
    private readonly ServerAccess _access;

    /// <summary>The UID of the pod, if this module installed the Grafana; else null.</summary>
    private readonly string? _ownPod;

    private GrafanaConnection(HttpClient http, string who, ServerAccess access, string? ownPod)
    {
        (_http, _access, _ownPod) = (http, access, ownPod);
        Api = new GrafanaApi(new JsonApi(http, who, access));
    }

    public GrafanaApi Api { get; }

    /// <summary>Creates a connection to an address.</summary>
    public static GrafanaConnection CreateForAddress(Uri address, ServerAccess access) =>
        new(ServiceHttp.CreateForAddress(address, access.Authorities), ServiceHttp.Describe(address), access with { IsNamed = true }, null);

    /// <summary>Creates a connection to a ready pod of a Grafana, through the API server; null if no pod is ready.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="server">The Grafana.</param>
    /// <param name="isOwn">Whether this module installed it.</param>
    /// <param name="access">How to sign in.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public static async Task<GrafanaConnection?> FindForPodAsync(
        ClusterClient client,
        GrafanaServer server,
        bool isOwn,
        ServerAccess access,
        CancellationToken cancellationToken)
    {
        var selector = server.Live.Member("spec", "selector");
        bool IsSelected(JsonElement pod) => LabelSelector.Selects(selector, pod.Member("metadata").TextMap("labels"));
        var pods = await ReadyPods.ListAsync(client, server.Namespace, IsSelected, cancellationToken).ConfigureAwait(false);
        if (pods.Count == 0)
        {
            return null;
        }

        var metadata = pods[0].Member("metadata");
        var name = metadata.Text("name")!;
        var pod = new PodAddress(server.Namespace, name, FindPort(pods[0]));
        var http = ServiceHttp.CreateForPod(new PodDialer(client), pod, server.SubPath, authorities: null);
        return new GrafanaConnection(http, $"pod {name}", access, isOwn ? metadata.Text("uid") : null);
    }

    /// <summary>Reads the state of Grafana, as the first user that it accepts.</summary>
    /// <param name="asNobody">Whether to try nobody's credentials, because Grafana has refused them before.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="MonitoringException">Grafana does not respond, or the response is not that of a Grafana.</exception>
    public async Task<GrafanaAnswer> GetStateAsync(bool asNobody, CancellationToken cancellationToken)
    {
        var answer = await Api.GetStateAsync(asNobody ? [null] : ListCredentials(), cancellationToken).ConfigureAwait(false);
        if (answer.NotAsked is not null && _access.Login is null && _ownPod is not null)
        {
            RefusedInitial[_ownPod] = true;
        }

        return answer;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The credentials to try in turn; null among them stands for an anonymous request.</summary>
    private ServerLogin?[] ListCredentials()
    {
        if (_access.Login is { } login)
        {
            return [login];
        }

        return _ownPod is not null && !RefusedInitial.ContainsKey(_ownPod) ? [null, Initial] : [null];
    }

    private static int FindPort(JsonElement pod) =>
        ReadyPods.FindPort(pod, "http") ?? ReadyPods.FindPort(pod, "grafana") ?? ReadyPods.FindPort(pod, "grafana-http") ?? UsualPort;
}
