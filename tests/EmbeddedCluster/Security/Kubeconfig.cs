using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EmbeddedCluster.Security;

/// <summary>The text of a kubeconfig with everything embedded.</summary>
internal static class Kubeconfig
{
    public static string Create(Uri server, string authorityPem, X509Certificate2 client)
    {
        using var key = client.GetECDsaPrivateKey() ?? throw new CryptographicException("the client certificate has no key");
        return $"""
            apiVersion: v1
            kind: Config
            current-context: embedded
            clusters:
            - name: embedded
              cluster:
                server: {server.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {Encode(authorityPem)}
            contexts:
            - name: embedded
              context:
                cluster: embedded
                user: embedded
                namespace: default
            users:
            - name: embedded
              user:
                client-certificate-data: {Encode(client.ExportCertificatePem() + "\n")}
                client-key-data: {Encode(key.ExportECPrivateKeyPem() + "\n")}

            """;
    }

    private static string Encode(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));
}
