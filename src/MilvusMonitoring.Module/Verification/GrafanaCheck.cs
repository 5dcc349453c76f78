using System.Net;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>Grafana is healthy, and its data source answers.</summary>
/// <remarks>
/// Lives as long as the command: Grafana locks a user out after a few wrong passwords, so that a refused one is not tried again.
/// </remarks>
internal sealed class GrafanaCheck : ICheck
{
    private const string Selector = "labelSelector=app.kubernetes.io%2Fname%3Dgrafana";
    private const int UsualPort = 3000;

    /// <summary>What kube-prometheus installs Grafana with, and its documentation names.</summary>
    private static readonly NetworkCredential Initial = new("admin", "admin");

    private bool _isRefused;

    public string Name => CheckId.Grafana;

    public string TargetOf(CheckContext scene) =>
        scene.Request.GrafanaUri is { } address ? ServiceHttp.Shown(address) : $"Deployment/{Place(scene)}/grafana";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Request.GrafanaUri is { } address)
        {
            using var given = ServiceHttp.At(address);
            return await AskAsync(scene, TargetOf(scene), given, ServiceHttp.Shown(address), cancellationToken).ConfigureAwait(false);
        }

        var (id, live) = await Workloads.FindAsync(scene.Client, Place(scene), null, Selector, cancellationToken).ConfigureAwait(false);
        if (id is null)
        {
            return new Finding(CheckStatus.Skipped, TargetOf(scene), $"no Grafana is in namespace {Place(scene)}");
        }

        if (
            await Workloads.CheckAsync(scene, id, live, cancellationToken).ConfigureAwait(false) is
            { Status: not CheckStatus.Passed } broken)
        {
            return broken;
        }

        var selector = live.Member("spec", "selector");
        var pods = await Workloads
            .ReadyPodsAsync(
                scene.Client,
                id.Namespace!,
                pod => LabelSelector.Selects(selector, pod.Member("metadata").TextMap("labels")),
                cancellationToken).ConfigureAwait(false);
        if (pods.Count == 0)
        {
            return Finding.Failed(id.ToString(), "no pod of it is ready", scene.Remedies.Install(scene.Stack, force: true));
        }

        var name = pods[0].Member("metadata").Text("name")!;
        using var http = ServiceHttp.CreateForPod(
            new PodDialer(scene.Client),
            new PodAddress(id.Namespace!, name, Workloads.PortOf(pods[0], "http", UsualPort)),
            string.Empty);
        return await AskAsync(scene, id.ToString(), http, $"pod {name}", cancellationToken).ConfigureAwait(false);
    }

    private async Task<Finding> AskAsync(
        CheckContext scene,
        string target,
        HttpClient http,
        string who,
        CancellationToken cancellationToken)
    {
        NetworkCredential?[] credentials = _isRefused ? [null] : scene.Request.Grafana is { } credential ? [credential] : [null, Initial];
        try
        {
            var answer = await new GrafanaApi(new JsonApi(http, who)).AskAsync(credentials, cancellationToken).ConfigureAwait(false);
            _isRefused |= answer.NotAsked is not null;
            return GrafanaRule.Check(target, answer, scene.Remedies.Install(scene.Stack, force: true));
        }
        catch (MonitoringException exception)
            when (exception.ErrorId is ErrorId.ServiceUnreachable or ErrorId.TimedOut
                || (exception.ErrorId == ErrorId.ResponseInvalid && scene.Request.GrafanaUri is not null))
        {
            return Finding.Failed(
                target,
                OneLine.TrimPunctuation(exception.Message),
                Remedies.InWords("See that Grafana runs and can be reached from here; give another address with -GrafanaUri."));
        }
    }

    private static string Place(CheckContext scene) =>
        scene.Prometheus?.Namespace ?? scene.Stack?.Namespace ?? scene.Request.Prometheus.Namespace ?? PrometheusChoice.UsualNamespace;
}
