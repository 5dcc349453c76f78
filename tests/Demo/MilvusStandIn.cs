using k8s.Models;

namespace Demo;

/// <summary>A web server that answers scrapes with a few of the metrics of Milvus, from a small public image.</summary>
internal static class MilvusStandIn
{
    private const string Image = "docker.io/library/busybox:1.36";
    private const string FilesName = "milvus-metrics";

    // A Prometheus from 3.0 takes answers of the type text/plain only: the web server knows it by the ending .txt, to which /metrics leads.
    private const string Settings = "I:metrics.txt\n";

    private const string Metrics = """
        # HELP milvus_rootcoord_proxy_num number of proxies managed by rootcoord
        # TYPE milvus_rootcoord_proxy_num gauge
        milvus_rootcoord_proxy_num 1
        # HELP milvus_querycoord_querynode_num number of QueryNodes managed by QueryCoord
        # TYPE milvus_querycoord_querynode_num gauge
        milvus_querycoord_querynode_num{node_id="1"} 1
        # HELP milvus_proxy_req_count count of operation executed
        # TYPE milvus_proxy_req_count counter
        milvus_proxy_req_count{node_id="1",function_name="Search",status="success"} 42

        """;

    /// <summary>What the web server serves, and its settings.</summary>
    public static V1ConfigMap Files() => new()
    {
        Metadata = new V1ObjectMeta { Name = FilesName },
        Data = new Dictionary<string, string> { ["metrics.txt"] = Metrics.ReplaceLineEndings("\n"), ["httpd.conf"] = Settings },
    };

    /// <summary>Has the Deployment of a Milvus run the web server in its place.</summary>
    public static V1Deployment Serve(V1Deployment deployment)
    {
        var pod = deployment.Spec.Template.Spec;
        var container = pod.Containers.Single();
        container.Image = Image;
        var port = $"{container.Ports.Single().ContainerPort}";
        container.Command = ["httpd", "-f", "-p", port, "-h", "/www", "-c", "/www/metrics/httpd.conf"];
        container.VolumeMounts = [new V1VolumeMount { Name = FilesName, MountPath = "/www/metrics" }];
        var answer = new V1HTTPGetAction { Path = "/metrics/", Port = "metrics" };
        container.ReadinessProbe = new V1Probe { HttpGet = answer, PeriodSeconds = 1 };
        pod.Volumes = [new V1Volume { Name = FilesName, ConfigMap = new V1ConfigMapVolumeSource { Name = FilesName } }];
        pod.TerminationGracePeriodSeconds = 1;
        return deployment;
    }
}
