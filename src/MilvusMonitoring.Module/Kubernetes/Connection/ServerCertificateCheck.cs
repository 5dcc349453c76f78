using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MilvusMonitoring.IO;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>
/// Decides whether the API server's certificate is trusted: signed by the kubeconfig's authority (or one of the system), in date, and
/// issued for the host. All three must hold.
/// </summary>
/// <remarks>The check runs within the TLS handshake, so a refused server has received no token and no password.</remarks>
internal sealed class ServerCertificateCheck
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly X509Certificate2Collection? _authorities;
    private readonly TimeProvider _time;
    private volatile Trusted? _trusted;

    /// <summary>Creates the check for one server.</summary>
    /// <param name="expectedHost">The host name or address that the certificate must name.</param>
    /// <param name="authorities">The trusted authorities, root or intermediate; null for those of the system.</param>
    public ServerCertificateCheck(string expectedHost, X509Certificate2Collection? authorities, TimeProvider time)
    {
        ExpectedHost = expectedHost;
        _authorities = authorities;
        _time = time;
    }

    /// <summary>The host name or address that the certificate must name.</summary>
    public string ExpectedHost { get; }

    /// <summary>The callback of the TLS handshake.</summary>
    /// <param name="chain">The chain as the runtime built it; its policy holds the other certificates that the server sent.</param>
    /// <returns>True; a refused certificate is an exception, which reaches the request of this handshake and no other.</returns>
    /// <exception cref="CertificateRefusedException">The certificate is refused.</exception>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // An https proxy on the way shows its own certificate, which the system decides on.
        if (sender is SslStream stream && !string.Equals(stream.TargetHostName, ExpectedHost, StringComparison.OrdinalIgnoreCase))
        {
            return errors == SslPolicyErrors.None ? true : throw Refused(
                CertificateFault.NotTrusted,
                $"of the proxy {OneLine.Clean(stream.TargetHostName)} is not trusted by this system ({errors})");
        }

        if (certificate is not X509Certificate2 shown)
        {
            throw Refused(CertificateFault.NotTrusted, "is missing");
        }

        if (_trusted is { } trusted && trusted.IsStill(shown, _time))
        {
            return true;
        }

        if (FindRefusal(shown, chain?.ChainPolicy.ExtraStore) is { } refusal)
        {
            _trusted = null;
            throw new CertificateRefusedException(refusal);
        }

        _trusted = new Trusted(shown.GetRawCertData(), _time.GetTimestamp());
        return true;
    }

    /// <summary>
    /// The policy of the chain that the runtime builds before it calls this check. It trusts no root and downloads nothing: the default
    /// policy would read all authorities of the system, and <see cref="Validate"/> alone decides.
    /// </summary>
    public static X509ChainPolicy RuntimePolicy()
    {
        var policy = OfflineChain.CreatePolicy();
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        return policy;
    }

    /// <summary>Finds what is wrong with a certificate.</summary>
    /// <param name="sent">The other certificates that the server sent.</param>
    /// <returns>The refusal; null if the certificate is trusted.</returns>
    public CertificateRefusal? FindRefusal(X509Certificate2 certificate, X509Certificate2Collection? sent)
    {
        if (!certificate.MatchesHostname(ExpectedHost, allowWildcards: true, allowCommonName: false))
        {
            return new CertificateRefusal(
                CertificateFault.WrongHost,
                $"is issued for {DescribeHosts(certificate)}, not for {ExpectedHost}");
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

        return chain.Build(certificate) ? null : FindFault(chain, certificate);
    }

    private CertificateRefusal? FindFault(X509Chain chain, X509Certificate2 certificate)
    {
        foreach (var element in chain.ChainElements)
        {
            if (element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)))
            {
                var isLeaf = AreSame(element.Certificate, certificate);
                return new CertificateRefusal(CertificateFault.OutOfDate, DescribeDates(element.Certificate, isLeaf));
            }
        }

        var faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        const X509ChainStatusFlags NoRoot = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        if ((faults & ~NoRoot) != 0)
        {
            return new CertificateRefusal(CertificateFault.NotTrusted, $"is not valid ({faults & ~NoRoot})");
        }

        // A kubeconfig may trust an intermediate authority without its root, as in kubectl. The chain has verified the signatures up to
        // the intermediate.
        if (chain.ChainElements.Any(element => IsAuthority(element.Certificate)))
        {
            return null;
        }

        var isSelfSigned = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
        return new CertificateRefusal(
            CertificateFault.NotTrusted,
            isSelfSigned
                ? "is signed by itself and not trusted"
                : $"is signed by an unknown authority ({OneLine.Clean(certificate.Issuer, 120)})");
    }

    private bool IsAuthority(X509Certificate2 certificate) => _authorities?.Any(authority => AreSame(authority, certificate)) == true;

    private static bool AreSame(X509Certificate2 left, X509Certificate2 right) =>
        left.RawDataMemory.Span.SequenceEqual(right.RawDataMemory.Span);

    private string DescribeDates(X509Certificate2 certificate, bool isLeaf)
    {
        var subject = isLeaf ? "" : $"has an authority ({OneLine.Clean(certificate.Subject, 120)}) that ";
        return _time.GetUtcNow() > certificate.NotAfter.ToUniversalTime()
            ? $"{subject}expired on {FormatTime(certificate.NotAfter)}"
            : $"{subject}is not valid before {FormatTime(certificate.NotBefore)}";
    }

    private static string FormatTime(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string DescribeHosts(X509Certificate2 certificate)
    {
        const int Shown = 6;
        var hosts = certificate.Extensions
            .OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension =>
                extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return hosts.Count switch
        {
            0 => $"no host ({OneLine.Clean(certificate.Subject, 120)})",
            <= Shown => OneLine.Clean(string.Join(", ", hosts), 300),
            _ => OneLine.Clean(string.Join(", ", hosts.Take(Shown)), 300) + $" and {hosts.Count - Shown} more",
        };
    }

    private static CertificateRefusedException Refused(CertificateFault kind, string text) => new(new CertificateRefusal(kind, text));

    /// <summary>
    /// The last trusted certificate. Many connections opened at once show the same certificate, whose chain is then built once.
    /// </summary>
    private sealed record Trusted(byte[] Certificate, long Since)
    {
        private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

        public bool IsStill(X509Certificate2 shown, TimeProvider time) =>
            time.GetElapsedTime(Since) < Longest && shown.RawDataMemory.Span.SequenceEqual(Certificate);
    }
}
