using System.Text.Json;
using k8s;
using k8s.Models;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.Tests.KubePrometheus;

/// <summary>Each cause is said once, whatever the number of objects that it keeps from being ready.</summary>
public sealed class UnreadySummaryTests
{
    private const string Variable = "OPERATOR_RECORDINGS";
    private static readonly string Recorded = Path.Combine(
        BuiltTree.Root,
        "tests",
        "MilvusMonitoring.Tests",
        "Kubernetes",
        "Recordings",
        "pods-v1.20.json");

    [Fact]
    public void Images_of_a_real_node_that_cannot_be_pulled_are_counted_with_their_registries_and_the_one_reason()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder of recordings");
        var items = Pods(Path.Combine(folder!, "pods-waiting.json"))
            .Select(pod =>
                CreateObject("Deployment", pod.Metadata.Labels["app.kubernetes.io/name"], [.. PodFailureReason.ListProblems(pod)]))
            .Where(item => item.Problems.Count > 0)
            .DistinctBy(item => item.Id)
            .ToList();

        var (causes, remedy) = UnreadySummary.Create(items);

        Assert.Equal(
            "4 images from 3 registries, docker.io, ghcr.io and registry.k8s.io, cannot be pulled (lookup registry.example.com on "
                + "10.96.0.10:53: no such host), "
                + "for Deployment/monitoring/blackbox-exporter, Deployment/monitoring/grafana, Deployment/monitoring/kube-state-metrics "
                + "and 1 more",
            causes);
        Assert.Contains("-ImageRegistry", remedy, StringComparison.Ordinal);
        Assert.All(items, item => Assert.Contains("failed to pull and unpack image", item.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "big-8459796498-9rvf9",
        "no node accepts a pod of Deployment/monitoring/x (0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.)"
    )]
    [InlineData(
        "picky-568ff9755c-xs7hp",
        "no node accepts a pod of Deployment/monitoring/x (0/1 nodes are available: 1 node(s) didn't match Pod's node affinity.)"
    )]
    [InlineData("crash-77545fbcc6-8pfdh", "container web of Deployment/monitoring/x does not stay up (exit code 3)")]
    [InlineData("oom-7d5bc6b9b8-tz6qr", "container web of Deployment/monitoring/x does not stay up (OOMKilled, exit code 137)")]
    [InlineData(
        "nobin-586b8d598-h5nr2",
        "container web of Deployment/monitoring/x does not stay up (StartError, exit code 128: failed to create containerd task: failed "
            + "to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "
            + "\"/no/such\": stat /no/such: no such file or directory: unknown)"
    )]
    [InlineData("noenv-6954d99ff8-68v94", "container web of Deployment/monitoring/x does not stay up (configmap \"missing\" not found)")]
    public void A_pod_of_a_real_node_says_why_it_does_not_run(string pod, string causes) =>
        Assert.Equal(
            causes,
            UnreadySummary
                .Create([
                    CreateObject(
                        "Deployment",
                        "x",
                        [.. PodFailureReason.ListProblems(Pods(Recorded).Single(each => each.Metadata.Name == pod))]),
                ])
                .Reason);

    [Fact]
    public void A_pod_that_only_waits_says_nothing() =>
        Assert.Empty(
            PodFailureReason.ListProblems(Pods(Recorded).Single(pod => pod.Metadata.Name.StartsWith("nosecret", StringComparison.Ordinal)))
        );

    [Fact]
    public void Every_cause_is_named_with_its_own_remedy()
    {
        const string Quota =
            "pods \"web-69649d5d77-wntjc\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0";
        var (causes, remedy) = UnreadySummary.Create([
            CreateObject("DaemonSet", "node-exporter", []),
            CreateObject("Deployment", "a", []) with { State = ReadyState.NotYet("FailedCreate") with { Refusal = Quota } },
            CreateObject("StatefulSet", "b", [new PodProblem(PodProblemKind.Creation, null, Quota, PodRefusal.ReadReason(Quota))]),
            CreateObject("Prometheus", "k8s", []) with { WaitsForOperator = true },
            CreateObject("Alertmanager", "main", []) with { WaitsForOperator = true },
        ]);
        Assert.Equal(
            "no pod of Deployment/monitoring/a and StatefulSet/monitoring/b can be created (exceeded quota: few, requested: pods=1, "
                + "used: pods=0, limited: pods=0), "
                + "the operator is not running, and Prometheus/monitoring/k8s and Alertmanager/monitoring/main wait for it, "
                + "DaemonSet/monitoring/node-exporter (0 of 1 replicas available)",
            causes);
        Assert.Equal("change the quota or the policy that forbids the pods, fix the cause, or increase -Timeout", remedy);
    }

    [Theory]
    [InlineData("pods \"a\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0", true)]
    [InlineData("pods \"a\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=3, limited: pods=3", false)]
    [InlineData(
        "pods \"a\" is forbidden: exceeded quota: q, requested: limits.cpu=500m,limits.memory=2Gi, used: limits.cpu=0,limits.memory=0, "
            + "limited: limits.cpu=1,limits.memory=1Gi",
        true
    )]
    [InlineData(
        "pods \"a\" is forbidden: exceeded quota: q, requested: limits.cpu=500m, used: limits.cpu=600m, limited: limits.cpu=1",
        false
    )]
    [InlineData("pods \"a\" is forbidden: failed quota: q: must specify limits.cpu,limits.memory", true)]
    [InlineData(
        "pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"a\" must "
            + "set securityContext.allowPrivilegeEscalation=false)",
        true
    )]
    [InlineData("pods \"a-\" is forbidden: PodSecurityPolicy: unable to admit pod: []", true)]
    [InlineData("pods \"a\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi", true)]
    [InlineData("admission webhook \"validate.kyverno.svc-fail\" denied the request: no", true)]
    [InlineData(
        "pods \"nosa-59bf7699f6-\" is forbidden: error looking up service account t/missing: serviceaccount \"missing\" not found",
        false
    )]
    [InlineData("Internal error occurred: failed calling webhook \"x\": context deadline exceeded", false)]
    public void Only_what_no_waiting_mends_counts_as_lasting(string message, bool isLasting) =>
        Assert.Equal(isLasting, PodRefusal.IsLasting(message));

    [Theory]
    [InlineData("Error creating: pods \"ds-bfbxl\" is forbidden: exceeded quota: few", "exceeded quota: few")]
    [InlineData(
        "create Pod set-0 in StatefulSet set failed error: pods \"set-0\" is forbidden: exceeded quota: few",
        "exceeded quota: few"
    )]
    [InlineData("(combined from similar events): Error creating: pods \"ds\" is forbidden: exceeded quota: few", "exceeded quota: few")]
    [InlineData("Error creating: admission webhook \"x\" denied the request: no", "admission webhook \"x\" denied the request: no")]
    public void What_the_controller_puts_before_the_reason_is_left_out(string message, string reason) =>
        Assert.Equal(reason, PodRefusal.ReadReason(message));

    [Theory]
    [InlineData(
        "connect: network is unreachable",
        "Failed to pull image \"quay.io/a/b:v1\": rpc error: code = Unknown desc = failed to do request: Head "
            + "\"https://quay.io/v2/a/b/manifests/v1\": dial tcp: lookup quay.io on 10.255.255.53:53: dial udp 10.255.255.53:53: "
            + "connect: network is unreachable",
        "x: dial udp 10.0.0.1:53: connect: network is unreachable"
    )]
    [InlineData("no such host or 403 Forbidden", "a: no such host", "b: 403 Forbidden")]
    [InlineData("no reason is given", "")]
    public void The_innermost_reason_is_said_once(string reason, params string[] messages) =>
        Assert.Equal(reason, PullFailure.FindInnermost(messages));

    private static UnreadyObject CreateObject(string kind, string name, IReadOnlyList<PodProblem> problems) =>
        new(
            new ResourceId(kind is "Prometheus" or "Alertmanager" ? "monitoring.coreos.com" : "apps", kind, "monitoring", name),
            ReadyState.NotYet("0 of 1 replicas available"),
            problems,
            false);

    private static IEnumerable<V1Pod> Pods(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return
        [
            .. document
                .RootElement.GetProperty("items")
                .EnumerateArray()
                .Select(item => KubernetesJson.Deserialize<V1Pod>(item.GetRawText())),
        ];
    }
}
