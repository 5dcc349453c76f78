using System.Management.Automation;
using k8s.Autorest;

namespace Demo;

/// <summary>The show on a cluster of one's own: asks first, and takes away what it made, however it ends.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="module">The module to show.</param>
/// <param name="folder">A folder that ends with the demo.</param>
/// <param name="stop">Ends the script; what was made is still taken away.</param>
/// <param name="abandon">Ends that, too.</param>
internal sealed class OwnClusterShow(DemoOptions options, string module, string folder, CancellationToken stop, CancellationToken abandon)
{
    private const string Proof = "Test-MilvusMonitoring -Wait";

    /// <summary>Plays it.</summary>
    /// <returns>The exit code: 0 where every command came to its end and nothing is left, 1 where not, 2 where nothing was begun.</returns>
    public async Task<int> RunAsync()
    {
        using var cluster = await OwnCluster.OpenAsync(options.Kubeconfig!, options.Context, folder, stop);
        using var session = new Session(Terminal.Detect());
        await session.AskAsync($"Import-Module '{module.Replace("'", "''", StringComparison.Ordinal)}'", stop);
        session.SetVariable("Kubeconfig", cluster.Kubeconfig);
        if (await RefusalAsync(cluster, session) is { } refusal)
        {
            await Console.Error.WriteLineAsync(refusal);
            return 2;
        }

        if (!options.Yes && !IsMeant(cluster))
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

    /// <summary>Why the demo keeps off this cluster; null where nothing speaks against it.</summary>
    private async Task<string?> RefusalAsync(OwnCluster cluster, Session session)
    {
        if (!options.Yes && Console.IsInputRedirected)
        {
            return $"Nobody can be asked here whether the demo may change the cluster at {cluster.Server}; --yes goes ahead.";
        }

        var found = (await cluster.FindAsync(stop)).ToList();
        var instances = await session.AskAsync("Get-MilvusInstance -Kubeconfig $Kubeconfig", stop);
        found.AddRange(instances.Select(instance => $"Milvus/{instance}"));
        return found.Count == 0 ? null
            : $"The demo needs a cluster without monitoring and without Milvus; at {cluster.Server} there is {string.Join(", ", found)}.";
    }

    private static bool IsMeant(OwnCluster cluster)
    {
        Console.Out.WriteLine($"""
            The demo changes the cluster of context '{cluster.Context}' at {cluster.Server}:
            it installs kube-prometheus (namespace 'monitoring', definitions, cluster roles, some in 'kube-system')
            and a stand-in for Milvus (namespace 'milvus'), and takes both away at the end.
            """);
        Console.Out.Write("Go ahead? [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    /// <summary>The release that the module chooses for the cluster's Kubernetes.</summary>
    private async Task<string> DownloadAsync(Session session)
    {
        session.SetVariable("Folder", folder);
        var saved = await session.AskAsync(
            "$release = (Install-KubePrometheus -Kubeconfig $Kubeconfig -WhatIf).Version; Save-KubePrometheus $release -Destination $Folder",
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
            await Console.Error.WriteLineAsync("The script ends here: what follows stands on the command that failed.");
        }

        return failed;
    }

    /// <summary>The script shows a proof that fails, as any other.</summary>
    private async Task<bool> IsProvenAsync(Session session) =>
        (await session.AskAsync("Test-MilvusMonitoring -Quiet", stop)) is [var answer] && LanguagePrimitives.IsTrue(answer);

    /// <summary>Takes away what was made.</summary>
    /// <returns>Whether nothing is left.</returns>
    private async Task<bool> CleanAsync(OwnCluster cluster, Session session)
    {
        try
        {
            if (await cluster.FindAsync(abandon) is { Count: > 0 })
            {
                session.ShowHeading("What the demo made goes away again");

                // First: a definition stays while anything of its kind is there, as the monitor of Milvus is.
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
                $"What the demo made could not be taken away: {error.Message} Look for the namespaces 'monitoring' and 'milvus'.");
            return false;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped while the demo cleaned up: the namespaces 'monitoring' and 'milvus' may be left.");
            return false;
        }
    }
}
