using System.Globalization;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Finds the program that listens on a local port: on Linux only, and only programs of the same user.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary><c> by python3 (process 4711)</c>, with the space before; empty if the program is not found.</summary>
    public static string Describe(int port)
    {
        try
        {
            var inodes = Tables.Where(File.Exists).SelectMany(table => ListSockets(table, port)).ToHashSet(StringComparer.Ordinal);
            var owner = inodes.Count == 0 ? null
                : Directory.EnumerateDirectories("/proc").FirstOrDefault(process => HasOpen(process, inodes));
            return owner is null
                ? string.Empty
                : $" by {File.ReadAllText(Path.Combine(owner, "comm")).Trim()} (process {Path.GetFileName(owner)})";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>
    /// The sockets that listen on a port. In the tables of proc(5) the local address is the second field, the state the fourth, the inode
    /// the tenth.
    /// </summary>
    private static IEnumerable<string> ListSockets(string table, int port)
    {
        var ending = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines(table)
            .Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith(ending, StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]");
    }

    private static bool HasOpen(string process, HashSet<string> sockets)
    {
        if (!int.TryParse(Path.GetFileName(process), out _))
        {
            return false;
        }

        try
        {
            return Directory
                .EnumerateFiles(Path.Combine(process, "fd"))
                .Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process belongs to another user, or has ended.
            return false;
        }
    }
}
