using System.Management.Automation;
using k8s.Autorest;

namespace Demo;

/// <summary>Runs the script on the user's cluster: asks first, and removes what the demo created, however the script ends.</summary>
/// <param name="options">The options.</param>
/// <param name="module">The module to run.</param>
/// <param name="folder">A temporary folder.</param>
/// <param name="stop">Ends the script; the demo still cleans up.</param>
/// <param name="abandon">Ends the clean-up too.</param>
internal sealed class OwnClusterShow(DemoOptions options, string module, string folder, CancellationToken stop, CancellationToken abandon)
{
    private const string Proof = "Test-MilvusMonitoring -Wait";

    /// <returns>The exit code: 0 if every command succeeded and nothing is left, 2 if nothing was started, else 1.</returns>
    public async Task<int> RunAsync()
    {
        using var cluster = await OwnCluster.OpenAsync(options.Kubeconfig!, options.Context, folder, stop);
        using var session = new Session(Terminal.Detect());
        await session.AskAsync($"Import-Module '{module.Replace("'", "''", StringComparison.Ordinal)}'", stop);
        session.SetVariable("Kubeconfig", cluster.Kubeconfig);
        if (await FindObstacleAsync(cluster, session) is { } obstacle)
        {
            await Console.Error.WriteLineAsync(obstacle);
            return 2;
        }

        if (!options.Yes && !IsConfirmed(cluster))
        {
            return 2;
        }

        var path = options.Path ?? await DownloadAsync(session);
        var failed = 1;
        try
        {
            await cluster.PutMilvusAsync(stop);
            failed = await PlayAsync(cluster, session, path);
        }
        finally
        {
            failed += await CleanAsync(cluster, session) ? 0 : 1;
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>Why the demo cannot use this cluster; null if it can.</summary>
    private async Task<string?> FindObstacleAsync(OwnCluster cluster, Session session)
    {
        if (!options.Yes && Console.IsInputRedirected)
        {
            return $"The demo cannot ask whether to change the cluster at {cluster.Server}: the input is not a terminal; "
                + "add --yes to go ahead.";
        }

        var found = (await cluster.FindAsync(stop)).ToList();
        var instances = await session.AskAsync("Get-MilvusInstance -Kubeconfig $Kubeconfig", stop);
        found.AddRange(instances.Select(instance => $"Milvus/{instance}"));
        return found.Count == 0
            ? null
            : "The demo needs a cluster without monitoring and without Milvus; "
                + $"the cluster at {cluster.Server} has {string.Join(", ", found)}.";
    }

    private static bool IsConfirmed(OwnCluster cluster)
    {
        Console.Out.WriteLine($"""
            The demo changes the cluster of context '{cluster.Context}' at {cluster.Server}:
            it installs kube-prometheus (namespace 'monitoring', CRDs, cluster roles, objects in 'kube-system')
            and a stand-in for Milvus (namespace 'milvus'), and removes both at the end.
            """);
        Console.Out.Write("Go ahead? [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    /// <summary>Downloads the release that the module selects for the cluster's Kubernetes.</summary>
    private async Task<string> DownloadAsync(Session session)
    {
        session.SetVariable("Folder", folder);
        var saved = await session.AskAsync(
            "(Install-KubePrometheus -Kubeconfig $Kubeconfig -WhatIf).Version | Save-KubePrometheus -Destination $Folder",
            stop);
        return (string)saved.Single().Properties["FullName"].Value;
    }

    private async Task<int> PlayAsync(OwnCluster cluster, Session session, string path)
    {
        session.SetParameter("Kubeconfig", cluster.Kubeconfig);
        session.SetParameter("Path", path);
        session.SetParameter("Module", module);
        session.SetParameter("Patience", options.Patience ?? DemoOptions.UsualPatience);
        session.SetVariable("DeletePod", new Action<string>(cluster.DeletePod));
        await session.AskAsync("$global:PSDefaultParameterValues['Install-KubePrometheus:Timeout'] = $Patience", stop);
        var show = new Show(session)
        {
            EndsAtFailure = true,
            JudgeAsync = async command => !command.StartsWith(Proof, StringComparison.Ordinal) || await IsProvenAsync(session),
        };
        var failed = await show.PlayAsync(stop);
        if (failed > 0)
        {
            await Console.Error.WriteLineAsync("The script ends here: the next steps need the command that failed.");
        }

        return failed;
    }

    /// <summary>The script shows a failed check without an error, so ask again.</summary>
    private async Task<bool> IsProvenAsync(Session session) =>
        (await session.AskAsync("Test-MilvusMonitoring -Quiet", stop)) is [var answer] && LanguagePrimitives.IsTrue(answer);

    /// <summary>Removes what the demo created.</summary>
    /// <returns>Whether nothing is left.</returns>
    private async Task<bool> CleanAsync(OwnCluster cluster, Session session)
    {
        try
        {
            if (await cluster.FindAsync(abandon) is { Count: > 0 })
            {
                session.ShowHeading("Remove what the demo created");

                // Milvus first: a CRD stays while a resource of its kind exists, such as the monitor of Milvus.
                await cluster.RemoveMilvusAsync(abandon);
                await session.RunAsync("Stop-MonitoringPortForward -All", abandon);
                await session.RunAsync("Uninstall-KubePrometheus -Kubeconfig $Kubeconfig -Confirm:$false -WarningAction Ignore", abandon);
            }

            var left = await cluster.FindAsync(abandon);
            await Console.Error.WriteLineAsync(
                left.Count == 0 ? "Nothing of the demo is left on the cluster." : $"Left on the cluster: {string.Join(", ", left)}.");
            return left.Count == 0;
        }
        catch (Exception error) when (error is HttpOperationException or HttpRequestException or RuntimeException)
        {
            await Console.Error.WriteLineAsync(
                $"The demo could not remove what it created: {error.Message} Delete the namespaces 'monitoring' and 'milvus'.");
            return false;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped during the clean-up: the namespaces 'monitoring' and 'milvus' may be left.");
            return false;
        }
    }
}
