using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A token in a file that another program renews, as the kubelet does for service accounts.</summary>
internal sealed class TokenFileCredential : ICredentialSource
{
    // client-go keeps a token for the same time.
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    // A program that renews the token in place leaves the file empty for a moment.
    private const int MostReads = 5;
    private static readonly TimeSpan EmptyPause = TimeSpan.FromMilliseconds(100);

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
            : await ReadAsync(_last?.Credential, cancellationToken).ConfigureAwait(false);

    public async ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken)
    {
        var credential = await ReadAsync(null, cancellationToken).ConfigureAwait(false);
        return Equals(credential.Authorization, rejected.Authorization) ? null : credential;
    }

    public void Dispose() => _identity?.Dispose();

    /// <summary>Reads the file. While another program replaces it, the last token is still valid, as in client-go.</summary>
    /// <param name="good">The credential to keep while the file is empty; null to wait for the next token.</param>
    private async ValueTask<ClusterCredential> ReadAsync(ClusterCredential? good, CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = await ReadTokenAsync(good is null ? MostReads : 1, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
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

        if (token.Length == 0 && _last is { } before)
        {
            return before.Credential;
        }

        var header = ClusterCredential.CreateBearer(token.Length == 0 ? _fallback ?? token : token, _path);
        var credential = new ClusterCredential(header, _identity);
        _last = new Reading(credential, _time.GetTimestamp());
        return credential;
    }

    private async Task<string> ReadTokenAsync(int mostReads, CancellationToken cancellationToken)
    {
        for (var read = 1; ; read++)
        {
            var token = (await BoundedFile.ReadTextAsync(_path, Bounds.CredentialFile, cancellationToken).ConfigureAwait(false)).Trim();
            if (token.Length > 0 || _fallback is not null || read == mostReads)
            {
                return token;
            }

            await Task.Delay(EmptyPause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record Reading(ClusterCredential Credential, long At);
}
