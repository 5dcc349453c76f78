using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A token in a file that something else renews, as the kubelet does for service accounts.</summary>
internal sealed class TokenFileCredential : ICredentialSource
{
    // As long as client-go keeps it.
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly string? _fallback;
    private readonly ClientIdentity? _identity;
    private readonly TimeProvider _time;
    private volatile Reading? _last;

    /// <summary>Names the file; it is read when first used.</summary>
    /// <param name="user">The user whose <c>tokenFile</c> it is.</param>
    /// <param name="identity">The user's client certificate, taken over.</param>
    /// <param name="time">The clock.</param>
    public TokenFileCredential(KubeconfigUser user, ClientIdentity? identity, TimeProvider time)
    {
        _path = user.TokenFile!;
        _fallback = user.Token;
        _identity = identity;
        _time = time;
    }

    /// <inheritdoc />
    public async ValueTask<ClusterCredential> GetAsync(CancellationToken cancellationToken) =>
        _last is { } last && _time.GetElapsedTime(last.At) < KeepFor
            ? last.Credential
            : await ReadAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken)
    {
        var credential = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return Equals(credential.Authorization, rejected.Authorization) ? null : credential;
    }

    /// <inheritdoc />
    public void Dispose() => _identity?.Dispose();

    private async ValueTask<ClusterCredential> ReadAsync(CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = await File.ReadAllTextAsync(_path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // While the file is being replaced the token that was good a minute ago still is.
            if (_last is { } last)
            {
                return last.Credential;
            }

            token = _fallback ?? throw new MonitoringException(
                ErrorId.KubeconfigInvalid,
                $"The token file {_path} cannot be read: {OneLine.WithoutEnd(OneLine.Clean(exception.Message))}",
                "correct tokenFile in the kubeconfig",
                _path,
                exception);
        }

        var credential = new ClusterCredential(ClusterCredential.Bearer(token, _path), _identity);
        _last = new Reading(credential, _time.GetTimestamp());
        return credential;
    }

    private sealed record Reading(ClusterCredential Credential, long At);
}
