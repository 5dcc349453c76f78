using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Does once in a process, in the background, what the first connection would wait for.</summary>
/// <remarks>
/// On Linux, the runtime reads all certificates of the machine before it uses a client certificate: a tenth of a second. The parsers of
/// YAML, PEM and JSON compile themselves on first use. The shell needs as long to find and bind its first command.
/// </remarks>
internal static class FirstUse
{
    private const string SmallestPem = "-----BEGIN X-----\n-----END X-----\n";

    private static int s_begun;

    /// <summary>Begins, unless something in the process has begun before, and does not wait.</summary>
    public static void Begin()
    {
        if (Interlocked.Exchange(ref s_begun, 1) == 0)
        {
            ThreadPool.QueueUserWorkItem(_ => ReadCertificates());
            ThreadPool.QueueUserWorkItem(_ => Parse());
        }
    }

    private static void ReadCertificates()
    {
        if (RunningSystem.Kind != SystemKind.Linux)
        {
            return;
        }

        try
        {
            using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
            foreach (var certificate in store.Certificates)
            {
                certificate.Dispose();
            }
        }
        catch (CryptographicException)
        {
            // Who needs the certificates meets the same fault, and reports it.
        }
    }

    private static void Parse()
    {
        YamlValue.Read(new StringReader("users: [{name: a}]"));
        PemEncoding.TryFind(SmallestPem, out _);
        using var json = JsonDocument.Parse("{}");
    }
}
