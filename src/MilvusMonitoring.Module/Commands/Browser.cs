using System.ComponentModel;
using System.Diagnostics;

namespace MilvusMonitoring.Commands;

/// <summary>Opens pages in the person's browser.</summary>
internal static class Browser
{
    /// <summary>Opens a page.</summary>
    /// <param name="page">The page.</param>
    /// <returns>Why it was not opened; null where it was.</returns>
    public static string? Open(Uri page)
    {
        if (
            OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable("DISPLAY") is not { Length: > 0 }
            && Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is not { Length: > 0 })
        {
            return "there is no desktop here";
        }

        try
        {
            // The system's own way to open an address: ShellExecute, open or xdg-open.
            using var started = Process.Start(new ProcessStartInfo(page.AbsoluteUri) { UseShellExecute = true });
            return null;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return exception.Message.TrimEnd('.');
        }
    }
}
