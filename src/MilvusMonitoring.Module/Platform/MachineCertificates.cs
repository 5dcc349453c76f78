using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MilvusMonitoring.Platform;

/// <summary>The certificates that the machine trusts.</summary>
/// <remarks>
/// On Linux, the runtime reads all of them before the first use of a client certificate. That takes longer than the rest of a kubeconfig,
/// so it is begun as soon as the kubeconfig is seen to have a client certificate.
/// </remarks>
internal static class MachineCertificates
{
    private static int s_begun;

    /// <summary>Begins to read them, once in a process, and does not wait.</summary>
    public static void BeginReading()
    {
        if (RunningSystem.Kind == SystemKind.Linux && Interlocked.Exchange(ref s_begun, 1) == 0)
        {
            ThreadPool.QueueUserWorkItem(static _ => Read());
        }
    }

    private static void Read()
    {
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
}
