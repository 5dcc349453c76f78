namespace MilvusMonitoring.Platform;

/// <summary>The operating systems between which the module tells.</summary>
internal enum SystemKind
{
    /// <summary>Linux, and every other system that is neither of the two below.</summary>
    Linux,

    /// <summary>macOS.</summary>
    MacOS,

    /// <summary>Windows.</summary>
    Windows,
}

/// <summary>The operating system of this process.</summary>
internal static class RunningSystem
{
    public static SystemKind Kind { get; } = Detect();

    private static SystemKind Detect()
    {
        if (OperatingSystem.IsWindows())
        {
            return SystemKind.Windows;
        }

        return OperatingSystem.IsMacOS() ? SystemKind.MacOS : SystemKind.Linux;
    }
}
