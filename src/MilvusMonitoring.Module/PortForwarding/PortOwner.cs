using System.Globalization;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Tells which program listens on a local port, where the system shows it: on Linux, for programs of the same user.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>Describes the owner.</summary>
    /// <param name="port">The port.</param>
    /// <returns><c> by python3 (process 4711)</c>, with the space before it; empty where it cannot be told.</returns>
    public static string Describe(int port)
    {
        try
        {
            var inodes = Tables.Where(File.Exists).SelectMany(table => Inodes(table, port)).ToHashSet(StringComparer.Ordinal);
            return
                inodes.Count > 0 && Directory.EnumerateDirectories("/proc").FirstOrDefault(process => Holds(process, inodes)) is { } owner
                ? $" by {File.ReadAllText(Path.Combine(owner, "comm")).Trim()} (process {Path.GetFileName(owner)})"
                : string.Empty;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>
    /// The sockets that listen on a port, by proc(5)'s table: local address in the second field, state in the fourth, inode in the tenth.
    /// </summary>
    private static IEnumerable<string> Inodes(string table, int port)
    {
        var ending = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines(table)
            .Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith(ending, StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]");
    }

    private static bool Holds(string process, HashSet<string> sockets)
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
            // Another user's, or gone in between.
            return false;
        }
    }
}
