namespace MilvusMonitoring.Verification;

/// <summary>What the checks of one pass prove.</summary>
internal static class Proof
{
    /// <summary>Whether the checks prove that every Milvus is scraped: none has failed, and each Milvus has fresh samples.</summary>
    public static bool Holds(IReadOnlyList<MonitoringCheck> checks)
    {
        var samples = checks.Where(check => check.Check == CheckId.Samples).ToList();
        return checks.All(check => check.Status != CheckStatus.Failed)
            && samples.Count > 0
            && samples.All(check => check.Status is CheckStatus.Passed or CheckStatus.Warning);
    }

    /// <summary>
    /// Whether waiting longer cannot change the result: an object that the caller named is not in the cluster, the server and the caller do
    /// not trust each other, the caller lacks a permission, or all that is left is for a person to do.
    /// </summary>
    public static bool IsHopeless(IReadOnlyList<MonitoringCheck> checks) =>
        checks.Any(check => check.Status == CheckStatus.Failed && IsLasting(check.ErrorId))
        || ListUnproven(checks).Any(item => item.Why.ErrorId == ErrorId.PermissionDenied)
        || (checks.Any(IsLeftToPerson) && Holds([.. checks.Where(check => !IsLeftToPerson(check))]));

    /// <summary>Finds the first check that keeps the others from proving that every Milvus is scraped.</summary>
    public static MonitoringCheck? FindObstacle(IReadOnlyList<MonitoringCheck> checks) =>
        checks.FirstOrDefault(check => check.Status == CheckStatus.Failed)
        ?? ListUnproven(checks).Select(item => item.Why).FirstOrDefault();

    /// <summary>Lists the failed and unknown checks that follow from no other check.</summary>
    public static IReadOnlyList<string> ListBroken(IReadOnlyList<MonitoringCheck> checks) =>
        [
            .. checks
                .Where(check => check.CausedBy is null && check.Status is CheckStatus.Failed or CheckStatus.Unknown)
                .Select(check => check.Check)
                .Distinct(),
        ];

    /// <summary>Lists each Milvus that nothing proves to be scraped though no check failed: silence would pass for a proof.</summary>
    /// <returns>The Milvus, and the first check that left its last check unknown.</returns>
    public static IEnumerable<(string Milvus, MonitoringCheck Why)> ListUnproven(IReadOnlyList<MonitoringCheck> checks) =>
        from samples in checks
        where samples is { Check: CheckId.Samples, Status: CheckStatus.Unknown }
        let own = checks
            .Where(check => check.Instance is null || (check.Instance, check.Namespace) == (samples.Instance, samples.Namespace))
            .ToList()
        select (
            own.First(check => check.Check == CheckId.Instance).Target,
            own.First(check => check.Check == (samples.CausedBy ?? CheckId.Samples)));

    private static bool IsLeftToPerson(MonitoringCheck check) => check is { Status: CheckStatus.Failed, NeedsPerson: true };

    private static bool IsLasting(string? errorId) =>
        errorId
            is ErrorId.InstanceNotFound
                or ErrorId.InstanceAmbiguous
                or ErrorId.ObjectNotFound
                or ErrorId.CertificateNotTrusted
                or ErrorId.NotAuthenticated;
}
