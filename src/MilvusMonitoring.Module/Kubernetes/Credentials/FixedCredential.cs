using System.Net.Http.Headers;
using System.Text;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A credential in the kubeconfig: token, user name and password, client certificate, or none.</summary>
internal sealed class FixedCredential : ICredentialSource
{
    private readonly ClusterCredential _credential;

    /// <summary>Creates the source, which disposes of the client certificate.</summary>
    public FixedCredential(KubeconfigUser user, ClientIdentity? identity) =>
        _credential = new ClusterCredential(CreateHeader(user), identity);

    public ValueTask<ClusterCredential> GetAsync(CancellationToken cancellationToken) => new(_credential);

    public ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken) =>
        new((ClusterCredential?)null);

    public void Dispose() => _credential.Identity?.Dispose();

    private static AuthenticationHeaderValue? CreateHeader(KubeconfigUser user)
    {
        if (user.Token is not null)
        {
            return ClusterCredential.CreateBearer(user.Token, $"the user '{user.Name}' in {user.File}");
        }

        return user.Username is null
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Username}:{user.Password}")));
    }
}
