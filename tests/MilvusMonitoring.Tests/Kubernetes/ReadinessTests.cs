using System.Text;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class ReadinessTests
{
    private static readonly ResourceId Prometheus = new("monitoring.coreos.com", "Prometheus", "monitoring", "k8s");
    private static readonly ResourceId PrometheusStatefulSet = new("apps", "StatefulSet", "monitoring", "prometheus-k8s");

    [Theory]
    [InlineData("Deployment", """{"metadata":{"generation":1},"spec":{"replicas":2}}""", "its controller has not started on it")]
    [InlineData(
        "Deployment",
        """{"metadata":{"generation":2},"spec":{"replicas":1},"status":{"observedGeneration":1,"updatedReplicas":1,"availableReplicas":1}}""",
        "its controller has not observed the newest version yet"
    )]
    [InlineData(
        "Deployment",
        """{"metadata":{"generation":1},"spec":{"replicas":2},"status":{"observedGeneration":1,"updatedReplicas":1,"availableReplicas":2}}""",
        "1 of 2 replicas updated"
    )]
    [InlineData(
        "Deployment",
        """{"metadata":{"generation":1},"spec":{"replicas":2},"status":{"observedGeneration":1,"updatedReplicas":2,"availableReplicas":1}}""",
        "1 of 2 replicas available"
    )]
    [InlineData(
        "Deployment",
        """{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"updatedReplicas":1,"availableReplicas":1,"replicas":2}}""",
        "old replicas are still terminating"
    )]
    [InlineData(
        "Deployment",
        """{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"took too long"}]}}""",
        "ProgressDeadlineExceeded: took too long"
    )]
    [InlineData(
        "Deployment",
        """{"metadata":{"generation":1},"status":{"observedGeneration":1,"updatedReplicas":1,"availableReplicas":1,"replicas":1}}""",
        null
    )]
    [InlineData("Deployment", """{"metadata":{"generation":1},"spec":{"replicas":0},"status":{"observedGeneration":1}}""", null)]
    [InlineData(
        "DaemonSet",
        """{"metadata":{"generation":1},"status":{"desiredNumberScheduled":3,"updatedNumberScheduled":3,"numberAvailable":1}}""",
        "its controller has not started on it"
    )]
    [InlineData(
        "DaemonSet",
        """{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":3,"updatedNumberScheduled":3,"numberAvailable":1}}""",
        "1 of 3 replicas available"
    )]
    [InlineData("DaemonSet", """{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":0}}""", null)]
    [InlineData(
        "StatefulSet",
        """{"metadata":{"generation":1},"spec":{"replicas":2},"status":{"observedGeneration":1,"readyReplicas":1,"updatedReplicas":2}}""",
        "1 of 2 replicas ready"
    )]
    [InlineData(
        "StatefulSet",
        """{"metadata":{"generation":1},"spec":{"replicas":2},"status":{"observedGeneration":1,"readyReplicas":2,"updatedReplicas":2}}""",
        null
    )]
    public void A_workload_is_ready_when_its_newest_version_runs(string kind, string live, string? waitsFor) =>
        Check(new ResourceId("apps", kind, "monitoring", "x"), live, waitsFor);

    [Theory]
    [InlineData(
        """{"metadata":{"generation":3},"status":{"conditions":[{"type":"Available","status":"True","observedGeneration":3}]}}""",
        "the operator has not reconciled it yet"
    )]
    [InlineData(
        """{"metadata":{"generation":3},"status":{"conditions":[{"type":"Available","status":"True","observedGeneration":2},{"type":"Reconciled","status":"True","observedGeneration":2}]}}""",
        "the operator has not reconciled it yet"
    )]
    [InlineData(
        """{"metadata":{"generation":3},"status":{"conditions":[{"type":"Available","status":"Degraded","observedGeneration":3,"reason":"SomePodsNotReady","message":"pod 1 pending"},{"type":"Reconciled","status":"True","observedGeneration":3}]}}""",
        "SomePodsNotReady: pod 1 pending"
    )]
    [InlineData(
        """{"metadata":{"generation":3},"status":{"conditions":[{"type":"Available","status":"True","observedGeneration":3},{"type":"Reconciled","status":"True","observedGeneration":3}]}}""",
        null
    )]
    public void A_Prometheus_is_ready_when_its_operator_says_so_of_its_newest_version(string live, string? waitsFor) =>
        Check(Prometheus, live, waitsFor);

    [Theory]
    [InlineData("""{"status":{}}""", "the server has not tried it yet")]
    [InlineData(
        """{"status":{"conditions":[{"type":"Available","status":"False","reason":"MissingEndpoints","message":"no endpoints"}]}}""",
        "MissingEndpoints: no endpoints"
    )]
    [InlineData("""{"status":{"conditions":[{"type":"Available","status":"True"}]}}""", null)]
    public void An_APIService_is_ready_when_it_is_available(string live, string? waitsFor) =>
        Check(new ResourceId("apiregistration.k8s.io", "APIService", null, "v1beta1.metrics.k8s.io"), live, waitsFor);

    [Fact]
    public void The_StatefulSet_speaks_for_a_Prometheus_whose_operator_writes_no_conditions()
    {
        var board = new ReadinessBoard([Prometheus]);
        board.Observe(Prometheus, Parse("""{"metadata":{"generation":1}}"""));
        Assert.Equal([(Prometheus, ReadyState.NotYet("the operator has not reconciled it yet"))], board.NotReady);

        board.Observe(
            PrometheusStatefulSet,
            Parse(
                """{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"readyReplicas":1,"updatedReplicas":1}}"""
            ));
        Assert.Empty(board.NotReady);
    }

    [Fact]
    public void A_Prometheus_whose_operator_is_down_waits_for_the_operator()
    {
        var operatorId = new ResourceId("apps", "Deployment", "monitoring", "prometheus-operator");
        var board = new ReadinessBoard([Prometheus, operatorId]);
        Assert.Equal("does not exist yet", board.GetState(Prometheus).Message);
        board.Observe(Prometheus, Parse("""{"metadata":{"generation":1}}"""));
        board.Observe(
            operatorId,
            Parse("""{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"updatedReplicas":1}}""")
        );
        Assert.Equal(
            "the operator is not running: Deployment/monitoring/prometheus-operator: 0 of 1 replicas available",
            board.GetState(Prometheus).Message);
        Assert.True(board.WaitsForOperator(Prometheus));

        board.Observe(
            operatorId,
            Parse(
                """{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"updatedReplicas":1,"availableReplicas":1}}"""
            ));
        Assert.Equal("the operator has not reconciled it yet", board.GetState(Prometheus).Message);
        Assert.False(board.WaitsForOperator(Prometheus));
    }

    [Fact]
    public void What_the_server_tells_a_controller_that_may_make_no_pod_is_kept_until_the_workload_is_ready()
    {
        var id = new ResourceId("apps", "DaemonSet", "monitoring", "x");
        var board = new ReadinessBoard([id]);
        board.Observe(
            id,
            Parse(
                """{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":1,"updatedNumberScheduled":0}}"""
            ));
        board.AddRefusal(id, "exceeded quota");
        Assert.Equal("exceeded quota", board.GetState(id).Refusal);
        board.Observe(
            id,
            Parse(
                """{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":1,"updatedNumberScheduled":1,"numberAvailable":1}}"""
            ));
        Assert.Null(board.GetState(id).Refusal);
    }

    [Fact]
    public void A_Deployment_of_which_no_pod_may_be_made_says_why()
    {
        var state = Readiness.Evaluate(
            new ResourceId("apps", "Deployment", "quota", "web"),
            Parse(
                """
                {"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"unavailableReplicas":1,"conditions":[
                  {"type":"Progressing","status":"True","reason":"NewReplicaSetCreated","message":"Created new replica set \"web-69649d5d77\""},
                  {"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"pods \"web-69649d5d77-wntjc\" is forbidden: exceeded quota: few"}]}}
                """
            ));
        Assert.Equal(
            (
                "FailedCreate: pods \"web-69649d5d77-wntjc\" is forbidden: exceeded quota: few",
                "pods \"web-69649d5d77-wntjc\" is forbidden: exceeded quota: few"),
            (state.Message, state.Refusal));
    }

    [Fact]
    public void The_operator_s_own_word_counts_more_than_the_StatefulSet()
    {
        var board = new ReadinessBoard([Prometheus]);
        board.Observe(
            PrometheusStatefulSet,
            Parse(
                """{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"readyReplicas":1,"updatedReplicas":1}}"""
            ));
        board.Observe(
            Prometheus,
            Parse(
                """{"metadata":{"generation":2},"status":{"conditions":[{"type":"Reconciled","status":"False","observedGeneration":2,"message":"bad spec"}]}}"""
            ));
        Assert.Equal([(Prometheus, ReadyState.NotYet("bad spec"))], board.NotReady);
    }

    [Fact]
    public void A_StatefulSet_does_not_speak_for_a_Prometheus_that_has_not_been_seen()
    {
        var board = new ReadinessBoard([Prometheus]);
        board.Observe(
            PrometheusStatefulSet,
            Parse(
                """{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"readyReplicas":1,"updatedReplicas":1}}"""
            ));
        Assert.Equal([Prometheus], board.NotReady.Select(item => item.Id));
    }

    [Fact]
    public void Once_all_were_ready_an_older_state_that_comes_in_late_does_not_count()
    {
        var board = new ReadinessBoard([Prometheus]);
        Assert.Single(board.ObserveUntilReady(Prometheus, Parse("""{"metadata":{"generation":1}}""")));
        Assert.Empty(
            board.ObserveUntilReady(
                PrometheusStatefulSet,
                Parse(
                    """{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"readyReplicas":1,"updatedReplicas":1}}"""
                )));

        Assert.Empty(
            board.ObserveUntilReady(
                Prometheus,
                Parse(
                    """{"metadata":{"generation":1},"status":{"conditions":[{"type":"Available","status":"False","reason":"NoPodReady"}]}}"""
                )));
        Assert.Empty(board.ObserveUntilReady(PrometheusStatefulSet, null));
        Assert.Empty(board.NotReady);
    }

    [Fact]
    public void What_was_ready_and_is_gone_is_not_ready()
    {
        var id = new ResourceId("apps", "StatefulSet", "monitoring", "x");
        var board = new ReadinessBoard([id, new ResourceId("", "ConfigMap", "monitoring", "has-no-such-state")]);
        board.Observe(id, Parse("""{"spec":{"replicas":0},"status":{"observedGeneration":1}}"""));
        Assert.Empty(board.NotReady);
        board.Remove(id);
        Assert.Equal([id], board.NotReady.Select(item => item.Id));
    }

    [Theory]
    [InlineData("null", false, null)]
    [InlineData("""{"conditions":null}""", false, null)]
    [InlineData("""{"conditions":[{"type":"NamesAccepted","status":"True"}]}""", false, null)]
    [InlineData("""{"conditions":[{"type":"Established","status":"True"}]}""", false, null)]
    [InlineData("""{"conditions":[{"type":"Established","status":"True"},{"type":"NamesAccepted","status":"True"}]}""", true, null)]
    [InlineData(
        """{"conditions":[{"type":"Established","status":"False"},{"type":"NamesAccepted","status":"False","message":"\"widgets\" is already in use"}]}""",
        false,
        "\"widgets\" is already in use"
    )]
    public void A_definition_is_established_once_its_names_are_accepted_too(string status, bool established, string? refusal) =>
        Assert.Equal(new CrdState(established, refusal), CrdState.FromStatus(Parse(status)));

    [Theory]
    [InlineData(
        """{"status":{"containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ImagePullBackOff","message":"no such\nimage"}}}]}}""",
        "container a ImagePullBackOff (no such image)"
    )]
    [InlineData("""{"status":{"initContainerStatuses":[{"name":"i","state":{"terminated":{"reason":"Error"}}}]}}""", "container i Error")]
    [InlineData(
        """{"status":{"conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes"}]}}""",
        "Unschedulable (0/1 nodes)"
    )]
    [InlineData("""{"status":{"containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ContainerCreating"}}}]}}""", null)]
    public void A_pod_says_why_it_does_not_start(string pod, string? trouble) =>
        Assert.Equal(trouble, PodFailureReason.Find(Encoding.UTF8.GetBytes(pod)));

    private static void Check(ResourceId id, string live, string? waitsFor) =>
        Assert.Equal(waitsFor is null ? ReadyState.Ready : ReadyState.NotYet(waitsFor), Readiness.Evaluate(id, Parse(live)));

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
