namespace MilvusMonitoring.Testing;

/// <summary>
/// The cluster that <c>KUBECONFIG_TEST</c> names for stories that would else play on a server which the tests start themselves.
/// </summary>
internal static class GivenCluster
{
    public const string Variable = "KUBECONFIG_TEST";

    /// <summary>Names the context that stories may write to: they install, change and uninstall a monitoring stack.</summary>
    public const string AllowVariable = "KUBECONFIG_TEST_ALLOW";

    /// <summary>The kubeconfig; null where none is named.</summary>
    /// <exception cref="InvalidOperationException">Nobody has allowed this cluster.</exception>
    public static string? Kubeconfig()
    {
        var path = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        using var admin = new ServerAdmin(path);
        return Environment.GetEnvironmentVariable(AllowVariable) == admin.Context
            ? path
            : throw new InvalidOperationException(
                $"{Variable} names the context '{admin.Context}', which the tests did not start: they install and uninstall a stack "
                    + $"there. Set {AllowVariable}={admin.Context} if that is meant."
            );
    }
}
