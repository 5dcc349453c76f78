namespace MilvusMonitoring.PortForwarding;

/// <summary>Shortens the text of an error channel to its reason.</summary>
/// <remarks>
/// containerd (recorded under kubelets 1.20 and 1.36) writes 400 characters, most of them sandbox ids:
/// <c>error forwarding port 9 to pod ...: failed to connect to localhost:9 inside namespace "...", IPv4: dial tcp4 127.0.0.1:9: connect:
/// connection refused IPv6 dial tcp6: ...</c>
/// </remarks>
internal static class RefusalText
{
    private const string BeforeReason = ": connect: ";
    private const string AfterReason = " IPv6 ";

    /// <summary>The reason of a text of containerd; the whole text of another runtime.</summary>
    public static string GetReason(string text)
    {
        var start = text.IndexOf(BeforeReason, StringComparison.Ordinal);
        if (start < 0)
        {
            return text;
        }

        var reason = text[(start + BeforeReason.Length)..];
        var end = reason.IndexOf(AfterReason, StringComparison.Ordinal);
        return end < 0 ? reason : reason[..end];
    }
}
