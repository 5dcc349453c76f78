namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>Finds a program as a shell does: on the PATH, never in the current folder, where .NET itself would look first.</summary>
internal static class ExecutableFinder
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Finds a program.</summary>
    /// <param name="command">A bare name, or a full path.</param>
    /// <returns>The full path; null when there is none.</returns>
    public static string? Find(string command)
    {
        if (Path.IsPathRooted(command))
        {
            return WithExtension(command);
        }

        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return folders
            .Where(Path.IsPathRooted)
            .Select(folder => WithExtension(Path.Combine(folder, command)))
            .FirstOrDefault(path => path is not null);
    }

    private static string? WithExtension(string path)
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
