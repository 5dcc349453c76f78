using System.ComponentModel;
using System.Diagnostics;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Commands;

/// <summary>Opens pages in the user's browser.</summary>
internal static class Browser
{
    /// <summary>Opens a page.</summary>
    /// <returns>Why the page was not opened; null after success.</returns>
    public static string? Open(Uri page)
    {
        if (!SystemPrograms.Current.HasDesktop)
        {
            return "there is no desktop here";
        }

        try
        {
            // .NET opens an address with ShellExecute on Windows, open on macOS, xdg-open on Linux.
            using var started = Process.Start(new ProcessStartInfo(page.AbsoluteUri) { UseShellExecute = true });
            return null;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return exception.Message.TrimEnd('.');
        }
    }
}
