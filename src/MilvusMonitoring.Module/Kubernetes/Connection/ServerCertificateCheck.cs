using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Decides whether the API server's certificate is trusted: signed by the kubeconfig's authority (or one the system
/// trusts), in date, and made out for the host, each of them always.</summary>
/// <remarks>It stands in the TLS handshake, so nothing that proves who the user is has been sent when it refuses.</remarks>
internal sealed class ServerCertificateCheck
{
    private const string Expired = "expired on ";
    private const string NotYetValid = "is not valid before ";

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly X509Certificate2Collection? _authorities;
    private readonly TimeProvider _time;
    private volatile string? _refusal;
    private volatile Trusted? _trusted;

    /// <summary>Creates the check for one server.</summary>
    /// <param name="expectedHost">The host name or address that the certificate must be made out for.</param>
    /// <param name="authorities">The authorities to trust, root or intermediate; null for those of the system.</param>
    /// <param name="time">The clock.</param>
    public ServerCertificateCheck(string expectedHost, X509Certificate2Collection? authorities, TimeProvider time)
    {
        ExpectedHost = expectedHost;
        _authorities = authorities;
        _time = time;
    }

    /// <summary>The host name or address that the certificate must be made out for.</summary>
    public string ExpectedHost { get; }

    /// <summary>Why the last certificate was refused, as the end of a sentence about it; null when none was.</summary>
    public string? Refusal => _refusal;

    /// <summary>The callback of the TLS handshake.</summary>
    /// <param name="sender">The TLS stream.</param>
    /// <param name="certificate">The server's certificate.</param>
    /// <param name="chain">The chain as the runtime built it; holds what else the server sent.</param>
    /// <param name="errors">What the runtime found wrong.</param>
    /// <returns>Whether to go on.</returns>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // An https proxy in between shows a certificate of its own: that one is the system's to judge.
        if (sender is SslStream stream && !string.Equals(stream.TargetHostName, ExpectedHost, StringComparison.OrdinalIgnoreCase))
        {
            _refusal =
                errors == SslPolicyErrors.None
                    ? null
                    : $"of the proxy {OneLine.Clean(stream.TargetHostName)} is not trusted by this system ({errors})";
            return _refusal is null;
        }

        if (certificate is X509Certificate2 known && _trusted is { } trusted && trusted.IsStill(known, _time))
        {
            return true;
        }

        _refusal = certificate is X509Certificate2 shown ? Judge(shown, chain?.ChainPolicy.ExtraStore) : "is missing";
        _trusted = _refusal is null ? new Trusted(certificate!.GetRawCertData(), _time.GetTimestamp()) : null;
        return _refusal is null;
    }

    /// <summary>
    /// What the runtime is to build a chain by before it asks this check: the least, since its verdict does not count. The default reads
    /// all authorities of the system.
    /// </summary>
    public static X509ChainPolicy RuntimePolicy() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
    };

    /// <summary>Whether a certificate was refused for its dates.</summary>
    /// <param name="refusal">What <see cref="Judge"/> said of it.</param>
    public static bool IsAboutTime(string refusal) =>
        refusal.Contains(Expired, StringComparison.Ordinal) || refusal.Contains(NotYetValid, StringComparison.Ordinal);

    /// <summary>Judges a certificate.</summary>
    /// <param name="certificate">The server's certificate.</param>
    /// <param name="sent">The other certificates that the server sent.</param>
    /// <returns>Null when it is trusted, else why not, as the end of a sentence that starts with the certificate.</returns>
    public string? Judge(X509Certificate2 certificate, X509Certificate2Collection? sent)
    {
        if (!certificate.MatchesHostname(ExpectedHost, allowWildcards: true, allowCommonName: false))
        {
            return $"is made out for {Names(certificate)}, not for {ExpectedHost}";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        chain.ChainPolicy.VerificationTime = _time.GetLocalNow().DateTime;
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent);
        }

        if (_authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
            chain.ChainPolicy.ExtraStore.AddRange(_authorities);
        }

        return chain.Build(certificate) ? null : Fault(chain, certificate);
    }

    private string? Fault(X509Chain chain, X509Certificate2 certificate)
    {
        foreach (var element in chain.ChainElements)
        {
            if (element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)))
            {
                return OutOfDate(
                    element.Certificate,
                    isLeaf: element.Certificate.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span));
            }
        }

        var faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        const X509ChainStatusFlags NoRoot = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        if ((faults & ~NoRoot) != 0)
        {
            return $"is not valid ({faults & ~NoRoot})";
        }

        // A kubeconfig may trust an intermediate authority without its root, as kubectl allows: the signatures up to it have been verified.
        if (chain.ChainElements.Any(element => IsAuthority(element.Certificate)))
        {
            return null;
        }

        return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
            ? "is signed by itself and not trusted"
            : $"is signed by an unknown authority ({OneLine.Clean(certificate.Issuer, 120)})";
    }

    private bool IsAuthority(X509Certificate2 certificate) =>
        _authorities?.Any(authority => authority.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)) == true;

    private string OutOfDate(X509Certificate2 certificate, bool isLeaf)
    {
        var subject = isLeaf ? "" : $"has an authority ({OneLine.Clean(certificate.Subject, 120)}) that ";
        return _time.GetUtcNow() > certificate.NotAfter.ToUniversalTime()
            ? $"{subject}{Expired}{Day(certificate.NotAfter)}"
            : $"{subject}{NotYetValid}{Day(certificate.NotBefore)}";
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate
            .Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension =>
                extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return names.Count switch
        {
            0 => $"no host ({OneLine.Clean(certificate.Subject, 120)})",
            <= 6 => OneLine.Clean(string.Join(", ", names), 300),
            _ => OneLine.Clean(string.Join(", ", names.Take(6)), 300) + $" and {names.Count - 6} more",
        };
    }

    /// <summary>
    /// The very certificate that was trusted a moment ago: many connections opened at once need not each build its chain.
    /// </summary>
    private sealed record Trusted(byte[] Certificate, long Since)
    {
        private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

        public bool IsStill(X509Certificate2 shown, TimeProvider time) =>
            time.GetElapsedTime(Since) < Longest && shown.RawDataMemory.Span.SequenceEqual(Certificate);
    }
}
