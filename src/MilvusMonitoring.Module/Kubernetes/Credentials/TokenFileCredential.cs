using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A token in a file that another program renews, as the kubelet does for service accounts.</summary>
internal sealed class TokenFileCredential : ICredentialSource
{
    // client-go keeps a token for the same time.
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly string? _fallback;
    private readonly ClientIdentity? _identity;
    private readonly TimeProvider _time;
    private volatile Reading? _last;

    /// <summary>Creates the source, which disposes of the client certificate. The file is read at the first request.</summary>
    public TokenFileCredential(KubeconfigUser user, ClientIdentity? identity, TimeProvider time)
    {
        _path = user.TokenFile!;
        _fallback = user.Token;
        _identity = identity;
        _time = time;
    }

    public async ValueTask<ClusterCredential> GetAsync(CancellationToken cancellationToken) =>
        _last is { } last && _time.GetElapsedTime(last.At) < KeepFor
            ? last.Credential
            : await ReadAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken)
    {
        var credential = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return Equals(credential.Authorization, rejected.Authorization) ? null : credential;
    }

    public void Dispose() => _identity?.Dispose();

    private async ValueTask<ClusterCredential> ReadAsync(CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = await BoundedFile.ReadTextAsync(_path, Bounds.CredentialFile, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another program may be replacing the file. The last token is still valid.
            if (_last is { } last)
            {
                return last.Credential;
            }

            token = _fallback ?? throw new MonitoringException(
                ErrorId.KubeconfigInvalid,
                $"The token file {_path} cannot be read: {OneLine.TrimPunctuation(OneLine.Clean(exception.Message))}",
                "correct tokenFile in the kubeconfig",
                _path,
                exception);
        }

        var credential = new ClusterCredential(ClusterCredential.CreateBearer(token, _path), _identity);
        _last = new Reading(credential, _time.GetTimestamp());
        return credential;
    }

    private sealed record Reading(ClusterCredential Credential, long At);
}
