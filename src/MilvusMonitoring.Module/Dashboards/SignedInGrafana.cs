using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Dashboards;

/// <summary>A Grafana that shows its dashboards to somebody.</summary>
/// <param name="Api">The Grafana.</param>
/// <param name="Login">Who is signed in; null for nobody.</param>
/// <param name="Version">Its version; null if it hides the version.</param>
internal sealed record SignedInGrafana(GrafanaApi Api, ServerLogin? Login, string? Version)
{
    /// <summary>Signs in.</summary>
    /// <exception cref="MonitoringException">Grafana cannot be asked, or shows nobody its dashboards.</exception>
    public static async Task<SignedInGrafana> GetAsync(GrafanaSite site, CancellationToken cancellationToken)
    {
        if (site.Connection is not { } connection)
        {
            throw site.Place.Method == DashboardMethod.GrafanaOperator ? CreateOperated(site) : new MonitoringException(
                ErrorId.ServiceUnreachable,
                $"{site.Name} cannot be asked: no pod of it that can be reached is ready",
                "check that it runs, or give its address with -GrafanaUri",
                site.Name);
        }

        var answer = await connection.GetStateAsync(asNobody: false, cancellationToken).ConfigureAwait(false);
        return answer.IsSignedIn
            ? new SignedInGrafana(connection.Api, answer.Login, answer.Version)
            : throw new MonitoringException(
                ErrorId.NotAuthenticated,
                $"{site.Name} shows its dashboards only to users who are signed in: {answer.NotAsked}",
                "sign in with -GrafanaCredential or -GrafanaToken",
                site.Name);
    }

    private static MonitoringException CreateOperated(GrafanaSite site) => new(
        ErrorId.ServiceUnreachable,
        $"{site.Name} is the Grafana Operator's, and is not asked itself",
        "see the status of the GrafanaDashboard, or give the address of Grafana with -GrafanaUri",
        site.Name);

    /// <summary>Signs in; null if Grafana cannot be asked.</summary>
    public static async Task<SignedInGrafana?> FindAsync(GrafanaSite site, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(site, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (IsMissing(exception))
        {
            return null;
        }
    }

    /// <summary>Whether an error says that Grafana cannot be asked, and nothing about what is asked.</summary>
    public static bool IsMissing(MonitoringException exception) => exception.ErrorId
        is ErrorId.NotAuthenticated or ErrorId.ServiceUnreachable or ErrorId.TimedOut or ErrorId.ResponseInvalid
            or ErrorId.PermissionDenied or ErrorId.CertificateNotTrusted or ErrorId.ServerFailed
            // The pod has been replaced since it was listed.
            or ErrorId.ObjectNotFound;
}
