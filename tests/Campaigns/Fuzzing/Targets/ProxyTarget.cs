using System.Net;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>What <c>NO_PROXY</c> excludes. Runtimes differ in what they take for a range of addresses.</summary>
internal static class ProxyTarget
{
    private static readonly Mutator Exclusions = new(
        ["10.0.0.0/8,example.com", "fd00::/8, .example.com:443", "10.0.0.1:6443,[fd00::1]:6443", "*"],
        ["/", "/33", "/-1", "::", "%eth0", ":65536", ","]);

    public static void TryOne(Random random)
    {
        var address = new byte[random.Next(2) == 0 ? 4 : 16];
        random.NextBytes(address);

        // Not an address of this machine, to which no proxy leads.
        address[0] = 10;
        var length = random.Next((address.Length * 8) + 1);
        var isInRange = length <= 8 || random.Next(2) == 0;
        var server = Alter(address, length, isInRange, random);
        var range = $"{new IPAddress(address)}/{length}";
        PropertyException.Check(
            IsExcluded(server, range) == isInRange,
            () => $"{new IPAddress(server)} is {(isInRange ? "not " : "")}excluded by {range}");
        _ = IsExcluded(server, System.Text.Encoding.UTF8.GetString(Exclusions.Next(random)));
    }

    /// <summary>Another address, whose bits are the same as far as the range goes, or all but one of them.</summary>
    private static byte[] Alter(byte[] address, int length, bool isInRange, Random random)
    {
        byte[] altered = [.. address];
        for (var bit = Math.Max(8, length); bit < altered.Length * 8; bit++)
        {
            if (random.Next(2) == 0)
            {
                Flip(altered, bit);
            }
        }

        if (!isInRange)
        {
            Flip(altered, random.Next(8, length));
        }

        return altered;
    }

    private static void Flip(byte[] address, int bit) => address[bit / 8] ^= (byte)(0x80 >> (bit % 8));

    private static bool IsExcluded(byte[] server, string exclusions)
    {
        var absent = new KubeconfigData(null, null);
        var settings = new ClusterSettings
        {
            Server = new UriBuilder(Uri.UriSchemeHttps, new IPAddress(server).ToString(), 6443).Uri,
            Context = "a",
            Kubeconfig = null,
            Namespace = "default",
            CertificateAuthority = absent,
            User = new KubeconfigUser { Name = "u", File = "f", ClientCertificate = absent, ClientKey = absent },
        };
        return ClusterProxy.Find(settings, name => name == "NO_PROXY" ? exclusions : "http://proxy:3128") is null;
    }
}
