using EmbeddedCluster.Monitoring;

namespace MilvusMonitoring.Tests;

/// <summary>
/// The images that kube-prometheus v0.8.0 asks for, for a node that can pull none: Prometheus is Debian's, the reloader and Grafana are
/// small scripts, all others do nothing.
/// </summary>
internal static class NodeImages
{
    public const string Reloader = "quay.io/prometheus-operator/prometheus-config-reloader:v0.47.0";

    /// <summary>What the demo's stand-in for Milvus runs on.</summary>
    private const string Busybox = "docker.io/library/busybox:1.36";
    private const string Prometheus = "quay.io/prometheus/prometheus:v2.26.0";
    private const string Grafana = "docker.io/grafana/grafana:7.5.4";

    private static readonly string[] s_idle =
    [
        "quay.io/prometheus-operator/prometheus-operator:v0.47.0", "quay.io/brancz/kube-rbac-proxy:v0.8.0",
        "quay.io/prometheus/alertmanager:v0.21.0", "quay.io/prometheus/blackbox-exporter:v0.18.0",
        "quay.io/prometheus/node-exporter:v1.1.2", "k8s.gcr.io/kube-state-metrics/kube-state-metrics:v2.0.0",
        "docker.io/directxman12/k8s-prometheus-adapter:v0.8.4", "docker.io/jimmidyson/configmap-reload:v0.5.0",
    ];

    /// <summary>Unpacks the configuration, fills in the pod's name, and has Prometheus load it; takes the operator's arguments.</summary>
    private const string ReloaderScript = """
        #!/bin/sh
        for argument; do
          case $argument in
            --config-file=*) from=${argument#*=} ;;
            --config-envsubst-file=*) to=${argument#*=} ;;
            --reload-url=*) url=${argument#*=} ;;
            --watch-interval=0) once=1 ;;
          esac
        done
        trap 'exit 0' TERM
        while :; do
          gunzip -c "$from" | sed "s/\$(POD_NAME)/$POD_NAME/g; s/\$(SHARD)/$SHARD/g" > "$to.new"
          if ! cmp -s "$to.new" "$to"; then
            mv "$to.new" "$to"
            while [ "$url" ] && ! wget -q -O /dev/null --post-data= "$url"; do sleep 1; done
          fi
          [ "$once" ] && exit 0
          sleep 1
        done
        """;

    /// <summary>
    /// As much of Grafana as <see cref="GrafanaStandIn"/> has; its data source leads through the real Service, and its dashboards are the
    /// files that the kubelet mounts.
    /// </summary>
    private const string GrafanaScript = """
        #!/bin/sh
        if [ "$1" != answer ]; then
          [ "$PROMETHEUS_K8S_SERVICE_HOST" ] || exit 1 # started before the Service was there
          nc -ll -p 3000 -e /bin/grafana answer &
          trap "kill $!; exit 0" TERM
          wait
          exit 1
        fi
        say() {
          printf 'HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$1" ${#2} "$2"
          exit
        }
        read -r _ path _
        while read -r line && [ ${#line} -gt 1 ]; do
          case $line in Authorization:*YWRtaW46YWRtaW4=*) user=admin ;; esac # admin:admin
        done
        source=/api/datasources/proxy/uid/P1809F7CD0C75ACF3
        case $path in
          /api/health) say '200 OK' '{"commit":"0000000","database":"ok","version":"13.0.2"}' ;;
        esac
        [ "$user" ] || say '401 Unauthorized' '{"message":"Unauthorized"}'
        case $path in
          /api/datasources) say '200 OK' '[{"id":1,"uid":"P1809F7CD0C75ACF3","name":"prometheus","type":"prometheus"}]' ;;
          $source/*) say '200 OK' "$(wget -q -O - "http://$PROMETHEUS_K8S_SERVICE_HOST:9090${path#$source}")" ;;
        esac
        boards=/grafana-dashboard-definitions/0
        case $path in
          /api/search*)
            for file in $boards/*/milvus-*.json; do
              [ -f "$file" ] || continue
              uid=${file##*/}
              uid=${uid%.json}
              list="$list${list:+,}{\"uid\":\"$uid\",\"title\":\"$uid\",\"tags\":[\"milvus-monitoring\"]}"
            done
            say '200 OK' "[$list]" ;;
          /api/dashboards/uid/*)
            uid=${path##*/}
            for file in $boards/*/"$uid.json"; do
              [ -f "$file" ] || say '404 Not Found' '{"message":"Dashboard not found"}'
              say '200 OK' "{\"meta\":{\"provisioned\":true,\"url\":\"/d/$uid/$uid\"},\"dashboard\":$(cat "$file")}"
            done ;;
        esac
        say '404 Not Found' '{"message":"Not found"}'
        """;

    /// <summary>Gives them to the node; the test is skipped where there is no Prometheus on this machine.</summary>
    public static async Task ImportAsync(RealNode node, TemporaryFolder folder)
    {
        Assert.SkipWhen(MonitoredCluster.Missing is not null, MonitoredCluster.Missing ?? "");
        await ImportAsync(Prometheus, RealPrometheus.Program!, await new ContainerImage().AddProgramAsync(RealPrometheus.Program!));
        await ImportAsync(Reloader, "/bin/prometheus-config-reloader", (await new ContainerImage()
            .AddShellAsync("gunzip", "sed", "cmp", "mv", "wget", "sleep")).AddScript("/bin/prometheus-config-reloader", ReloaderScript));
        await ImportAsync(Grafana, "/bin/grafana", (await new ContainerImage()
            .AddShellAsync("nc", "wget", "cat")).AddScript("/bin/grafana", GrafanaScript));
        await node.TagImageAsync("docker.io/library/web:local", Busybox);
        foreach (var image in s_idle)
        {
            await node.TagImageAsync("docker.io/library/pause:local", image);
        }

        async Task ImportAsync(string name, string entryPoint, ContainerImage image)
        {
            var archive = folder.PathOf("image.tar");
            image.Write(archive, name, entryPoint);
            await node.ImportImageAsync(archive);
        }
    }
}
