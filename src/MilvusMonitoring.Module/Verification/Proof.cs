namespace MilvusMonitoring.Verification;

/// <summary>What the checks of one walk come to.</summary>
internal static class Proof
{
    /// <summary>Whether they prove that every Milvus is scraped: none has failed, and of each there are fresh samples.</summary>
    public static bool Holds(IReadOnlyList<MonitoringCheck> checks) =>
        checks.All(check => check.Status != CheckStatus.Failed)
        && checks.Where(check => check.Check == CheckId.Samples) is var samples
        && samples.Any() && samples.All(check => check.Status is CheckStatus.Passed or CheckStatus.Warning);

    /// <summary>
    /// Whether they will stay as they are however long one waits: what was named is not there, the server and the caller do not trust each
    /// other, or the caller may not read what it takes.
    /// </summary>
    public static bool IsHopeless(IReadOnlyList<MonitoringCheck> checks) =>
        checks.Any(check =>
            check
                is
            {
                Status: CheckStatus.Failed,
                ErrorId: ErrorId.InstanceNotFound
                        or ErrorId.InstanceAmbiguous
                        or ErrorId.ObjectNotFound
                        or ErrorId.CertificateNotTrusted
                        or ErrorId.NotAuthenticated
            }
        ) || Unproven(checks).Any(item => item.Why.ErrorId == ErrorId.PermissionDenied);

    /// <summary>The first check that keeps them from proving it.</summary>
    public static MonitoringCheck? Obstacle(IReadOnlyList<MonitoringCheck> checks) =>
        checks.FirstOrDefault(check => check.Status == CheckStatus.Failed) ?? Unproven(checks).Select(item => item.Why).FirstOrDefault();

    /// <summary>The links that keep them from proving it and follow from no other.</summary>
    public static IReadOnlyList<string> Broken(IReadOnlyList<MonitoringCheck> checks) =>
        [
            .. checks
                .Where(check => check.CausedBy is null && check.Status is CheckStatus.Failed or CheckStatus.Unknown)
                .Select(check => check.Check)
                .Distinct(),
        ];

    /// <summary>
    /// Each Milvus of which nothing proves that it is scraped, though nothing has failed: silence here would pass for a proof.
    /// </summary>
    /// <returns>The Milvus, and the first check that left the last one unknown.</returns>
    public static IEnumerable<(string Milvus, MonitoringCheck Why)> Unproven(IReadOnlyList<MonitoringCheck> checks) =>
        from samples in checks
        where samples is { Check: CheckId.Samples, Status: CheckStatus.Unknown }
        let own = checks
            .Where(check => check.Instance is null || (check.Instance, check.Namespace) == (samples.Instance, samples.Namespace))
            .ToList()
        select (
            own.First(check => check.Check == CheckId.Instance).Target,
            own.First(check => check.Check == (samples.CausedBy ?? CheckId.Samples)));
}
