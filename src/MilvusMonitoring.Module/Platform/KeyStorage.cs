using System.ComponentModel;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MilvusMonitoring.Platform;

/// <summary>
/// Gives the keys of client certificates the form that a system's TLS takes, and takes them out of the system again. Windows writes a key
/// to a file in a key store, macOS to a keychain in a file; both files stay if nobody disposes of the certificate before the process ends.
/// </summary>
internal sealed class KeyStorage
{
    /// <summary>
    /// The key stores of Windows. A service or a sandbox has no profile, and so no store of its user. TLS seldom takes a key that is in
    /// memory only.
    /// </summary>
    private static readonly (X509KeyStorageFlags Flags, string Name)[] Stores =
    [
        (X509KeyStorageFlags.UserKeySet, "the key store of the user"),
        (X509KeyStorageFlags.MachineKeySet, "the key store of the machine"),
        (X509KeyStorageFlags.EphemeralKeySet, "memory"),
    ];

    // SEC_E_UNKNOWN_CREDENTIALS and SEC_E_NO_CREDENTIALS.
    private static readonly int[] RefusalsOfTls = [unchecked((int)0x8009030D), unchecked((int)0x8009030E)];

    private readonly SystemKind _system;
    private readonly Func<byte[], X509KeyStorageFlags, X509Certificate2> _import;
    private readonly HashSet<X509Certificate2> _inUse = new(ReferenceEqualityComparer.Instance);

    /// <param name="system">The system.</param>
    /// <param name="import">Imports a PKCS#12 file without a password into a key store.</param>
    /// <param name="atExit">Registers what to do when the process ends.</param>
    public KeyStorage(SystemKind system, Func<byte[], X509KeyStorageFlags, X509Certificate2> import, Action<Action> atExit)
    {
        _system = system;
        _import = import;
        atExit(RemoveAll);
    }

    public static KeyStorage Current { get; } = new(
        RunningSystem.Kind,
        static (content, flags) => new X509Certificate2(content, (string?)null, flags),
        static action => AppDomain.CurrentDomain.ProcessExit += (_, _) => action());

    /// <summary>Makes a certificate whose key TLS can use. <see cref="Remove"/> takes it out again.</summary>
    /// <param name="certificate">A certificate with its key in memory; the caller disposes of it.</param>
    /// <exception cref="CryptographicException">No key store takes the key.</exception>
    public X509Certificate2 Add(X509Certificate2 certificate)
    {
        var usable = _system == SystemKind.Windows ? Import(certificate) : new X509Certificate2(certificate);
        lock (_inUse)
        {
            _inUse.Add(usable);
        }

        return usable;
    }

    /// <summary>Whether an error means that TLS does not take the key of a client certificate from where it is.</summary>
    public static bool IsRefusal(Exception error) => error is Win32Exception { NativeErrorCode: var code } && RefusalsOfTls.Contains(code);

    /// <summary>Disposes of a certificate, and so of the file of its key.</summary>
    public void Remove(X509Certificate2 usable)
    {
        lock (_inUse)
        {
            _inUse.Remove(usable);
        }

        usable.Dispose();
    }

    private void RemoveAll()
    {
        lock (_inUse)
        {
            foreach (var usable in _inUse)
            {
                usable.Dispose();
            }

            _inUse.Clear();
        }
    }

    private X509Certificate2 Import(X509Certificate2 certificate)
    {
        var content = certificate.Export(X509ContentType.Pkcs12);
        try
        {
            return ImportWhereTaken(content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private X509Certificate2 ImportWhereTaken(byte[] content)
    {
        var refusals = new List<(string Store, CryptographicException Exception)>();
        foreach (var (flags, name) in Stores)
        {
            try
            {
                return _import(content, flags);
            }
            catch (CryptographicException exception)
            {
                refusals.Add((name, exception));
            }
        }

        var reasons = refusals.Select(refusal => $"{refusal.Store}: {refusal.Exception.Message.Trim().TrimEnd('.')}");
        throw new CryptographicException(string.Join("; ", reasons), refusals[0].Exception);
    }
}
