using System.Security.Authentication;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Why a server's certificate is not trusted.</summary>
/// <param name="Kind">The kind of fault, which decides on the remedy.</param>
/// <param name="Text">The fault in words: the end of a sentence that starts with the certificate.</param>
internal sealed record CertificateRefusal(CertificateFault Kind, string Text);

/// <summary>The kind of a certificate's fault.</summary>
internal enum CertificateFault
{
    /// <summary>The certificate has expired, or is not valid yet.</summary>
    OutOfDate,

    /// <summary>The certificate names another host.</summary>
    WrongHost,

    /// <summary>No trusted authority signed the certificate, or it is not a server's.</summary>
    NotTrusted,
}

/// <summary>Ends a TLS handshake with a refused certificate, and carries the refusal to the request of that handshake.</summary>
internal sealed class CertificateRefusedException(CertificateRefusal refusal)
    : AuthenticationException($"The server's certificate {refusal.Text}.")
{
    public CertificateRefusal Refusal => refusal;
}
