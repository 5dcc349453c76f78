namespace MilvusMonitoring.Tests;

/// <summary>A real helm: the newest one, found by HELM or on the PATH, or helm 3, found by HELM3.</summary>
internal sealed class RealHelm
{
    public const string Newest = "HELM";
    public const string Three = "HELM3";

    private RealHelm(string program) => Program = program;

    /// <summary>A small chart with the values and names of Milvus's.</summary>
    public static string Chart { get; } = Path.Combine(BuiltTree.Root, "tests", "charts", "milvus");

    /// <summary>Where it keeps the records of releases: <c>secret</c> or <c>configmap</c>.</summary>
    public string Driver { get; set; } = "secret";

    /// <summary>The full path of the program.</summary>
    public string Program { get; }

    /// <summary>Finds helm; skips the test where there is none.</summary>
    /// <param name="variable">The variable that names it.</param>
    public static RealHelm Find(string variable = Newest)
    {
        var program =
            Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given
            : variable == Newest
                ? (Environment.GetEnvironmentVariable("PATH") ?? "")
                    .Split(Path.PathSeparator)
                    .Select(folder => Path.Combine(folder, "helm"))
                    .FirstOrDefault(File.Exists)
            : null;
        Assert.SkipWhen(
            program is null,
            variable == Newest ? "There is no helm on this machine, nor does HELM name one." : $"{variable} does not name a helm.");
        return new RealHelm(program!);
    }

    /// <summary>Runs helm, and fails the test where helm fails.</summary>
    /// <param name="kubeconfig">The cluster.</param>
    /// <param name="home">A folder for what helm keeps on disk.</param>
    /// <param name="namespaceName">The namespace of the release.</param>
    /// <param name="arguments">The command and what it takes.</param>
    /// <returns>What it wrote to standard output.</returns>
    public async Task<string> RunAsync(string kubeconfig, string home, string namespaceName, params string[] arguments)
    {
        var environment = new Dictionary<string, string?>
        {
            ["KUBECONFIG"] = kubeconfig,
            ["HOME"] = home,
            ["HELM_DRIVER"] = Driver,
        };
        var result = await ChildProcess.RunAsync(
            Program,
            [.. arguments, "--namespace", namespaceName],
            Limits.Wait,
            environment);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        return result.Output;
    }
}
