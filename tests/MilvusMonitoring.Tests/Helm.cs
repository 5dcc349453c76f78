namespace MilvusMonitoring.Tests;

/// <summary>The real helm, found by HELM or on the PATH.</summary>
internal static class Helm
{
    private static readonly string? Program = Environment.GetEnvironmentVariable("HELM") is { Length: > 0 } given
        ? given
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "helm")).FirstOrDefault(File.Exists);

    /// <summary>A small chart with the values and names of Milvus's.</summary>
    public static string Chart { get; } = Path.Combine(BuiltTree.Root, "tests", "charts", "milvus");

    /// <summary>Skips the test where there is no helm.</summary>
    public static void SkipWhereMissing() => Assert.SkipWhen(Program is null, "There is no helm on this machine, nor does HELM name one.");

    /// <summary>Runs helm, and fails the test where helm fails.</summary>
    /// <param name="kubeconfig">The cluster.</param>
    /// <param name="home">A folder for what helm keeps on disk.</param>
    /// <param name="namespaceName">The namespace of the release.</param>
    /// <param name="arguments">The command and what it takes.</param>
    public static async Task RunAsync(string kubeconfig, string home, string namespaceName, params string[] arguments)
    {
        var environment = new Dictionary<string, string?> { ["KUBECONFIG"] = kubeconfig, ["HOME"] = home };
        var result = await ChildProcess.RunAsync(Program!, [.. arguments, "--namespace", namespaceName], TimeSpan.FromMinutes(1), environment);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
    }
}
