using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class ProofVerdictTests
{
    [Fact]
    public void Samples_of_every_Milvus_and_no_failure_are_the_proof()
    {
        Assert.True(
            Proof.Holds([
                Check(CheckId.ApiServer, CheckStatus.Unknown),
                Check(CheckId.Samples, CheckStatus.Passed, "a"),
                Check(CheckId.Samples, CheckStatus.Warning, "b"),
            ]));
        Assert.False(Proof.Holds([Check(CheckId.Samples, CheckStatus.Passed, "a"), Check(CheckId.Samples, CheckStatus.Unknown, "b")]));
        Assert.False(Proof.Holds([Check(CheckId.Samples, CheckStatus.Passed, "a"), Check(CheckId.Grafana, CheckStatus.Failed)]));
        Assert.False(Proof.Holds([]));
    }

    [Fact]
    public void Each_Milvus_whose_samples_are_unknown_is_not_proven_for_the_reason_in_its_own_chain()
    {
        MonitoringCheck[] checks =
        [
            Check(CheckId.Prometheus, CheckStatus.Unknown),
            Check(CheckId.Instance, CheckStatus.Passed, "a"),
            Check(CheckId.Configuration, CheckStatus.Unknown, "a"),
            Check(CheckId.Samples, CheckStatus.Unknown, "a", CheckId.Configuration),
            Check(CheckId.Instance, CheckStatus.Passed, "b"),
            Check(CheckId.Configuration, CheckStatus.Unknown, "b", CheckId.Prometheus),
            Check(CheckId.Samples, CheckStatus.Unknown, "b", CheckId.Prometheus),
            Check(CheckId.Instance, CheckStatus.Passed, "c"),
            Check(CheckId.Samples, CheckStatus.Passed, "c"),
            Check(CheckId.Instance, CheckStatus.Failed, "d"),
            Check(CheckId.Samples, CheckStatus.Skipped, "d", CheckId.Instance),
        ];

        Assert.Equal(
            [("Instance a", "Configuration a"), ("Instance b", "Prometheus ")],
            Proof.ListUnproven(checks).Select(item => (item.Milvus, item.Why.Target)));
    }

    [Theory]
    [InlineData(ErrorId.InstanceNotFound, true)]
    [InlineData(ErrorId.NotAuthenticated, true)]
    [InlineData(ErrorId.ClusterUnreachable, false)]
    [InlineData(null, false)]
    public void Waiting_helps_only_against_what_can_change(string? id, bool expected) =>
        Assert.Equal(expected, Proof.IsHopeless([Check(CheckId.Instance, CheckStatus.Failed, "a") with { ErrorId = id }]));

    [Theory]
    [InlineData(ErrorId.PermissionDenied, true)]
    [InlineData(ErrorId.TimedOut, false)]
    public void Waiting_does_not_help_who_may_not_read_what_would_prove_it(string id, bool expected) =>
        Assert.Equal(
            expected,
            Proof.IsHopeless([
                Check(CheckId.Instance, CheckStatus.Unknown, "a") with
                {
                    ErrorId = id,
                },
                Check(CheckId.Samples, CheckStatus.Unknown, "a", CheckId.Instance),
            ]));

    [Theory]
    [InlineData(CheckStatus.Passed, true)]
    [InlineData(CheckStatus.Failed, false)]
    public void Waiting_does_not_help_where_all_that_is_left_is_for_a_person(CheckStatus targets, bool expected) =>
        Assert.Equal(
            expected,
            Proof.IsHopeless([
                Check(CheckId.Targets, targets, "a"),
                Check(CheckId.Samples, CheckStatus.Passed, "a"),
                Check(CheckId.Alerting, CheckStatus.Failed, "a") with
                {
                    NeedsPerson = true,
                },
            ]));

    [Fact]
    public void What_has_failed_stands_in_the_way_before_what_is_unknown()
    {
        var unknown = Check(CheckId.Samples, CheckStatus.Unknown, "a");
        var failed = Check(CheckId.Grafana, CheckStatus.Failed);
        Assert.Same(failed, Proof.FindObstacle([Check(CheckId.Instance, CheckStatus.Passed, "a"), unknown, failed]));
        Assert.Same(unknown, Proof.FindObstacle([Check(CheckId.Instance, CheckStatus.Passed, "a"), unknown]));
    }

    private static MonitoringCheck Check(string link, CheckStatus status, string? instance = null, string? cause = null) =>
        new()
        {
            Check = link,
            Status = status,
            Target = $"{link} {instance}",
            Detail = "d",
            Instance = instance,
            Namespace = instance,
            CausedBy = cause,
        };
}
