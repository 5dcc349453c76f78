using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell.Commands;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Finds kubeconfigs from the place where the user is in PowerShell.</summary>
/// <remarks>
/// The process has a current folder too, which stays where PowerShell was started. A program such as kubectl is started in the folder of
/// the file system that PowerShell is in, also while its current drive is another one.
/// </remarks>
internal static class ShellKubeconfig
{
    /// <summary>Finds the files of the cluster that a user names. A later change of the location selects no other cluster.</summary>
    /// <exception cref="MonitoringException">There is no kubeconfig and no service account.</exception>
    public static ClusterTarget CreateTarget(SessionState state, string? kubeconfig, string? context)
    {
        var locations = GetLocations(state);
        return new ClusterTarget(kubeconfig, string.IsNullOrEmpty(context) ? null : context)
        {
            Files = locations.ListFiles(kubeconfig),
            Folder = locations.Folder,
        };
    }

    /// <summary>The locations of a line that is being completed.</summary>
    public static KubeconfigLocations GetLocations() =>
        FindSession() is { } state ? GetLocations(state) : KubeconfigLocations.FromEnvironment();

    private static KubeconfigLocations GetLocations(SessionState state) =>
        KubeconfigLocations.FromEnvironment() with
        {
            Folder = state.Path.CurrentFileSystemLocation.ProviderPath,
            FindShellPath = path => FindPath(state, path),
        };

    /// <summary>The session that runs on this thread; null outside PowerShell.</summary>
    private static SessionState? FindSession()
    {
        if (Runspace.DefaultRunspace is null)
        {
            return null;
        }

        var session = ScriptBlock.Create("$ExecutionContext.SessionState").InvokeReturnAsIs();
        return (session is PSObject wrapped ? wrapped.BaseObject : session) as SessionState;
    }

    private static string? FindPath(SessionState state, string path)
    {
        if (path is "~" or ['~', '/' or '\\', ..])
        {
            return Path.Join(state.Provider.GetOne("FileSystem").Home, path[1..]);
        }

        try
        {
            if (!state.Path.IsPSAbsolute(path, out _) && !state.Path.IsProviderQualified(path))
            {
                return null;
            }

            var full = state.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            return provider.Name == FileSystemProvider.ProviderName ? full : null;
        }
        catch (Exception exception) when (exception is SessionStateException or ProviderInvocationException or ArgumentException)
        {
            // What looks like a drive is part of the name of a file, or a drive that is not there.
            return null;
        }
    }
}
