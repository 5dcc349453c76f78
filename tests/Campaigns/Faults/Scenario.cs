namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>A command, and what is there before it.</summary>
/// <param name="Name">As cases are named by it.</param>
/// <param name="Prepare">Makes what is there before.</param>
/// <param name="Run">The command.</param>
internal sealed record Scenario(
    string Name,
    Func<World, CancellationToken, Task> Prepare,
    Func<World, CancellationToken, Task<RunResult>> Run)
{
    private const string Milvus = "my-release";
    private const string Receiver = "webhook";

    /// <summary>Whether another process can be asked to run it.</summary>
    public bool RunsInChild => Name is "install" or "re-install" or "uninstall";

    /// <summary>The manifests that it installs; null for none.</summary>
    public string? Manifests(World world) => Name switch
    {
        "install" => world.Stack.Manifests,
        "re-install" => world.Stack.NextManifests,
        _ => null,
    };

    /// <summary>Whether a stack of unchanged manifests is there before and after it.</summary>
    public bool HasStack => Name is not ("install" or "re-install" or "uninstall");

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("install", (_, _) => Task.CompletedTask, InstallAsync),
        new("re-install", DisturbAsync, (world, token) => world.Module.InstallAsync(world.Stack.NextManifests, token)),
        new("uninstall", PrepareStackAsync, (world, token) => world.Module.UninstallAsync(token)),
        new("grant", PrepareStackAsync, (world, token) => world.Module.AccessAsync(AccessMethod.ClusterRole, revoke: false, token)),
        new("revoke", GrantedAsync(AccessMethod.ClusterRole), (world, token) =>
            world.Module.AccessAsync(AccessMethod.ClusterRole, revoke: true, token)),
        new("grant binding", PrepareStackAsync, (world, token) => world.Module.AccessAsync(AccessMethod.Binding, revoke: false, token)),
        new("revoke binding", GrantedAsync(AccessMethod.Binding), (world, token) =>
            world.Module.AccessAsync(AccessMethod.Binding, revoke: true, token)),
        new("enable", PrepareStackAsync, (world, token) => world.Module.EnableAsync(Milvus, token)),
        new("disable", EnabledAsync, (world, token) => world.Module.DisableAsync(Milvus, token)),
        new("enable rules", PrepareStackAsync, (world, token) => world.Module.EnableRulesAsync(Milvus, token)),
        new("disable rules", WatchedAsync, (world, token) => world.Module.DisableRulesAsync(Milvus, token)),
        new("set receiver", PrepareStackAsync, (world, token) => world.Module.SetReceiverAsync(Receiver, token)),
        new("remove receiver", ReceivingAsync, (world, token) => world.Module.RemoveReceiverAsync(Receiver, token)),
    ];

    private static Task<RunResult> InstallAsync(World world, CancellationToken cancellationToken) =>
        world.Module.InstallAsync(world.Stack.Manifests, cancellationToken);

    private static async Task PrepareStackAsync(World world, CancellationToken cancellationToken)
    {
        (await InstallAsync(world, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();

        // The operator keeps a Service for the kubelets, and leaves it behind; a case begins when it is there.
        await world
            .Cluster.WaitForAsync(cluster => cluster.Find("v1", "Endpoints", "kube-system", "kubelet") is not null, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Installs; then one object goes, and another loses a label.</summary>
    private static async Task DisturbAsync(World world, CancellationToken cancellationToken)
    {
        await PrepareStackAsync(world, cancellationToken).ConfigureAwait(false);
        world.Cluster.Remove("v1", "ServiceAccount", "monitoring", "prometheus-k8s");
        var secret = world.Cluster.Find("v1", "Secret", "monitoring", "alertmanager-main")!;
        secret["metadata"]!["labels"]!.AsObject().Remove("app.kubernetes.io/name");
        world.Cluster.Put(secret, "somebody");
    }

    private static Func<World, CancellationToken, Task> GrantedAsync(AccessMethod method) => async (world, cancellationToken) =>
    {
        await PrepareStackAsync(world, cancellationToken).ConfigureAwait(false);
        (await world.Module.AccessAsync(method, revoke: false, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
    };

    private static async Task ReceivingAsync(World world, CancellationToken cancellationToken)
    {
        await PrepareStackAsync(world, cancellationToken).ConfigureAwait(false);
        (await world.Module.SetReceiverAsync(Receiver, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
    }

    private static async Task WatchedAsync(World world, CancellationToken cancellationToken)
    {
        await PrepareStackAsync(world, cancellationToken).ConfigureAwait(false);
        (await world.Module.EnableRulesAsync(Milvus, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
    }

    private static async Task EnabledAsync(World world, CancellationToken cancellationToken)
    {
        await PrepareStackAsync(world, cancellationToken).ConfigureAwait(false);
        (await world.Module.EnableAsync(Milvus, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
    }
}
