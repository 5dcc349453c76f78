[assembly: AssemblyFixture(typeof(MilvusMonitoring.Tests.RealNode))]

namespace MilvusMonitoring.Tests;

/// <summary>A real Kubernetes of one node: controllers, a scheduler, a kubelet, and pods that run.</summary>
/// <remarks>
/// Tests that share it belong to the collection <see cref="Collection"/>, so that they take turns. Tests in namespaces of their own belong
/// to the collection <see cref="Beside"/>.
/// </remarks>
public sealed class RealNode : RealServer
{
    /// <summary>The collection of the tests that use the node.</summary>
    public const string Collection = "A real node";

    /// <summary>The collection of the tests that use the node at the same time, in namespaces of their own.</summary>
    public const string Beside = "Beside others on a real node";

    /// <summary>The image that every node has: a web server on $PORT (8080) that serves the folder $ROOT (/www), with a shell.</summary>
    public const string WebImage = "web:local";

    public RealNode()
        : base(KubernetesProgram.Node)
    {
    }

    public override bool RunsPods => true;

    /// <summary>An administrator's kubeconfig with another name of the server, so that no story counts its writes.</summary>
    public async Task<string> GetBesideKubeconfigAsync()
    {
        var kubeconfig = await GetKubeconfigAsync();
        var beside = kubeconfig + "-beside";
        var text = await File.ReadAllTextAsync(kubeconfig, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            beside,
            text.Replace("https://127.0.0.1:", "https://localhost:", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        return beside;
    }

    /// <summary>Gives the node an image, from a file as <c>docker save</c> writes it.</summary>
    public Task ImportImageAsync(string archive) => RunAsync(archive, "images", "import", "-");

    /// <summary>Gives an image of the node another name, too.</summary>
    public Task TagImageAsync(string image, string name) => RunAsync(null, "images", "tag", "--force", image, name);

    private async Task RunAsync(string? input, params string[] command) =>
        await (await GetAsync()).RunInNodeAsync(input, ["ctr", "-n", "k8s.io", .. command], TestContext.Current.CancellationToken);
}
