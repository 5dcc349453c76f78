using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MilvusMonitoring.Platform;

/// <summary>How a system finds, starts and ends programs.</summary>
/// <param name="System">The system.</param>
/// <param name="Variable">Reads an environment variable.</param>
/// <param name="Kill">Kills a program, and all that it has started.</param>
internal sealed record SystemPrograms(SystemKind System, Func<string, string?> Variable, Action<Process> Kill)
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const int SigTerm = 15;

    public static SystemPrograms Current { get; } =
        new(RunningSystem.Kind, Environment.GetEnvironmentVariable, static program => program.Kill(entireProcessTree: true));

    /// <summary>Whether pages can be shown. Windows and macOS always have a desktop, or say that they have none.</summary>
    public bool HasDesktop =>
        System != SystemKind.Linux
        || Variable("DISPLAY") is { Length: > 0 }
        || Variable("WAYLAND_DISPLAY") is { Length: > 0 };

    /// <summary>Finds the full path of a program as a shell does, on the PATH; null if there is none.</summary>
    /// <remarks>.NET itself would look in the current folder first.</remarks>
    /// <param name="command">A bare name, or a full path.</param>
    public string? Find(string command)
    {
        if (Path.IsPathRooted(command))
        {
            return FindFile(command);
        }

        // Windows allows quotes around a folder, and needs none.
        var folders = Variable("PATH")?.Split(System == SystemKind.Windows ? ';' : ':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return folders
            .Select(folder => System == SystemKind.Windows ? folder.Trim('"') : folder)
            .Where(Path.IsPathRooted)
            .Select(folder => FindFile(Path.Combine(folder, command)))
            .FirstOrDefault(path => path is not null);
    }

    /// <summary>Prepares the start of a program.</summary>
    /// <param name="program">The full path.</param>
    /// <exception cref="BatchArgumentException">The program is a batch file, which cannot receive an argument.</exception>
    public ProcessStartInfo CreateStart(string program, IEnumerable<string> arguments) =>
        System == SystemKind.Windows && BatchCommand.IsBatch(program)
            ? new ProcessStartInfo(FindInterpreter(), BatchCommand.Write(program, arguments))
            : new ProcessStartInfo(program, arguments);

    /// <summary>
    /// Sends SIGTERM. Unlike SIGINT, it also reaches a program that was started from a shell's background. Windows has no such signal for a
    /// program without a window: there Ctrl+C reaches the program through the shared console, if there is one.
    /// </summary>
    public void Terminate(Process program)
    {
        if (System != SystemKind.Windows && !program.HasExited)
        {
            _ = SendSignal(program.Id, SigTerm);
        }
    }

    private string? FindFile(string path) => System == SystemKind.Windows ? FindWithExtension(path) : FindExecutable(path);

    private static string? FindExecutable(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0 ? path : null;

    private string? FindWithExtension(string path)
    {
        if (Path.HasExtension(path) && File.Exists(path))
        {
            return path;
        }

        var extensions = Variable("PATHEXT") is { Length: > 0 } listed ? listed : ".COM;.EXE;.BAT;.CMD";
        return extensions
            .Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(extension => path + extension)
            .FirstOrDefault(File.Exists);
    }

    // Not %ComSpec%, which anybody may set: Windows itself starts batch files by this one.
    private string FindInterpreter() => Path.Combine(Variable("SystemRoot") ?? @"C:\Windows", "System32", "cmd.exe");

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
