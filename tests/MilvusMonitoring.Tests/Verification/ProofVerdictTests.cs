using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class ProofVerdictTests
{
    [Fact]
    public void Samples_of_every_Milvus_and_no_failure_are_the_proof()
    {
        Assert.True(Proof.Holds([Check(Link.ApiServer, CheckStatus.Unknown), Check(Link.Samples, CheckStatus.Passed, "a"), Check(Link.Samples, CheckStatus.Warning, "b")]));
        Assert.False(Proof.Holds([Check(Link.Samples, CheckStatus.Passed, "a"), Check(Link.Samples, CheckStatus.Unknown, "b")]));
        Assert.False(Proof.Holds([Check(Link.Samples, CheckStatus.Passed, "a"), Check(Link.Grafana, CheckStatus.Failed)]));
        Assert.False(Proof.Holds([]));
    }

    [Fact]
    public void Each_Milvus_whose_samples_are_unknown_is_not_proven_for_the_reason_in_its_own_chain()
    {
        MonitoringCheck[] checks =
        [
            Check(Link.Prometheus, CheckStatus.Unknown),
            Check(Link.Instance, CheckStatus.Passed, "a"), Check(Link.Configuration, CheckStatus.Unknown, "a"), Check(Link.Samples, CheckStatus.Unknown, "a", Link.Configuration),
            Check(Link.Instance, CheckStatus.Passed, "b"), Check(Link.Configuration, CheckStatus.Unknown, "b", Link.Prometheus), Check(Link.Samples, CheckStatus.Unknown, "b", Link.Prometheus),
            Check(Link.Instance, CheckStatus.Passed, "c"), Check(Link.Samples, CheckStatus.Passed, "c"),
            Check(Link.Instance, CheckStatus.Failed, "d"), Check(Link.Samples, CheckStatus.Skipped, "d", Link.Instance),
        ];

        Assert.Equal([("Instance a", "Configuration a"), ("Instance b", "Prometheus ")], Proof.Unproven(checks).Select(item => (item.Milvus, item.Why.Target)));
    }

    [Theory]
    [InlineData(ErrorId.InstanceNotFound, true)]
    [InlineData(ErrorId.NotAuthenticated, true)]
    [InlineData(ErrorId.ClusterUnreachable, false)]
    [InlineData(null, false)]
    public void Waiting_helps_only_against_what_can_change(string? id, bool expected) =>
        Assert.Equal(expected, Proof.IsHopeless([Check(Link.Instance, CheckStatus.Failed, "a") with { ErrorId = id }]));

    [Theory]
    [InlineData(ErrorId.PermissionDenied, true)]
    [InlineData(ErrorId.TimedOut, false)]
    public void Waiting_does_not_help_who_may_not_read_what_would_prove_it(string id, bool expected) =>
        Assert.Equal(expected, Proof.IsHopeless([Check(Link.Instance, CheckStatus.Unknown, "a") with { ErrorId = id }, Check(Link.Samples, CheckStatus.Unknown, "a", Link.Instance)]));

    [Fact]
    public void What_has_failed_stands_in_the_way_before_what_is_unknown()
    {
        var unknown = Check(Link.Samples, CheckStatus.Unknown, "a");
        var failed = Check(Link.Grafana, CheckStatus.Failed);
        Assert.Same(failed, Proof.Obstacle([Check(Link.Instance, CheckStatus.Passed, "a"), unknown, failed]));
        Assert.Same(unknown, Proof.Obstacle([Check(Link.Instance, CheckStatus.Passed, "a"), unknown]));
    }

    private static MonitoringCheck Check(string link, CheckStatus status, string? instance = null, string? cause = null) =>
        new() { Check = link, Status = status, Target = $"{link} {instance}", Detail = "d", Instance = instance, Namespace = instance, CausedBy = cause };
}
