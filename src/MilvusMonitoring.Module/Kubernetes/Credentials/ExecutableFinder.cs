namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>Finds a program as a shell does: on the PATH. .NET itself would look in the current folder first.</summary>
internal static class ExecutableFinder
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Finds the full path of a program; null if there is none.</summary>
    /// <param name="command">A bare name, or a full path.</param>
    public static string? Find(string command)
    {
        if (Path.IsPathRooted(command))
        {
            return FindWithExtension(command);
        }

        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return folders
            .Where(Path.IsPathRooted)
            .Select(folder => FindWithExtension(Path.Combine(folder, command)))
            .FirstOrDefault(path => path is not null);
    }

    private static string? FindWithExtension(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            return File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0 ? path : null;
        }

        var extensions = (Environment.GetEnvironmentVariable("PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").Split(
            ';',
            StringSplitOptions.RemoveEmptyEntries);
        return Path.HasExtension(path) && File.Exists(path)
            ? path
            : extensions.Select(extension => path + extension).FirstOrDefault(File.Exists);
    }
}
