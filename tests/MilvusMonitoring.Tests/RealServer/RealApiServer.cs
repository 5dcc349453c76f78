[assembly: AssemblyFixture(typeof(MilvusMonitoring.Tests.RealApiServer))]

namespace MilvusMonitoring.Tests;

/// <summary>A real kube-apiserver without controllers.</summary>
/// <remarks>Tests that share it belong to the collection <see cref="Collection"/>, so that they take turns.</remarks>
public sealed class RealApiServer : RealServer
{
    /// <summary>The collection of the tests that use the server.</summary>
    public const string Collection = "A real API server";

    public RealApiServer()
        : base(KubernetesProgram.ApiServer)
    {
    }

    public override bool IsGiven => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(GivenCluster.Variable));

    /// <summary>An administrator's kubeconfig for the cluster that <c>KUBECONFIG_TEST</c> names, else for the server.</summary>
    public override async Task<string> GetAnyKubeconfigAsync() => GivenCluster.Kubeconfig() ?? await GetKubeconfigAsync();
}
