using System.Diagnostics;
using MilvusMonitoring.Benchmarks.Children;

namespace MilvusMonitoring.Benchmarks.Contenders;

/// <summary>The commands of the Milvus page, one process each, as a person would type them.</summary>
internal sealed class Kubectl(string kubeconfig, string manifests, string home) : IContender
{
    private const int MostTries = 20;

    private static readonly string s_program = Environment.GetEnvironmentVariable("KUBECTL") is { Length: > 0 } named ? named : "kubectl";

    /// <summary>How often <c>kubectl wait</c> gave up because a definition had no conditions yet, and was started again.</summary>
    public int WaitsAgain { get; private set; }

    /// <summary>How often <c>kubectl apply</c> came too early for a kind, and was started again.</summary>
    public int AppliesAgain { get; private set; }

    /// <summary>The version; null where there is no kubectl.</summary>
    public static async Task<string?> FindVersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            var run = await RunAsync(["version", "--client"], "", Path.GetTempPath(), cancellationToken);
            return run.ExitCode == 0 ? run.Output.Split('\n')[0].Replace("Client Version: ", "", StringComparison.Ordinal) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>The part of a kubeconfig that its current context uses, certificates and all, as JSON.</summary>
    public static async Task<string> ViewConfigAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        var run = await RunAsync(
            ["config", "view", "--raw", "--minify", "--flatten", "--output", "json"],
            kubeconfig,
            Path.GetTempPath(),
            cancellationToken);
        return run.ExitCode == 0 ? run.Output : throw new BenchmarkException($"kubectl config view failed: {run.Errors}");
    }

    public async Task<TimeSpan> RunAsync(StackWork work, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        if (work == StackWork.Uninstall)
        {
            await MustAsync(["delete", "--ignore-not-found=true", "-f", "manifests/", "-f", "manifests/setup"], cancellationToken);
            return clock.Elapsed;
        }

        // The definitions of old releases name a status: the server holds that by the second time, and kubectl stops there unless it is
        // told to force.
        string[] setup = ["apply", "--server-side", "-f", "manifests/setup"];
        await MustAsync(work == StackWork.Install ? setup : [.. setup, "--force-conflicts"], cancellationToken);
        WaitsAgain += await UntilAsync(
            ["wait", "--for", "condition=Established", "--all", "CustomResourceDefinition"],
            IsCrashOfWait,
            cancellationToken);
        AppliesAgain += await UntilAsync(["apply", "-f", "manifests/"], IsTooEarly, cancellationToken);
        return clock.Elapsed;
    }

    private static bool IsCrashOfWait(string errors) =>
        errors.Contains("accessor error", StringComparison.Ordinal);

    private static bool IsTooEarly(string errors) =>
        errors.Contains("no matches for kind", StringComparison.Ordinal)
        || errors.Contains("could not find the requested resource", StringComparison.Ordinal);

    private async Task MustAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        await UntilAsync(arguments, _ => false, cancellationToken);

    private async Task<int> UntilAsync(IReadOnlyList<string> arguments, Func<string, bool> mayTryAgain, CancellationToken cancellationToken)
    {
        for (var again = 0; ; again++)
        {
            var run = await RunAsync(arguments, kubeconfig, manifests, cancellationToken, home);
            if (run.ExitCode == 0)
            {
                return again;
            }

            if (again == MostTries || !mayTryAgain(run.Errors))
            {
                throw new BenchmarkException(
                    $"kubectl {string.Join(' ', arguments)} failed: {string.Join(' ', run.Errors.Split('\n').Distinct().Take(5))}");
            }
        }
    }

    private static Task<ProgramRun> RunAsync(
        IReadOnlyList<string> arguments, string kubeconfig, string folder, CancellationToken cancellationToken, string? home = null)
    {
        var start = new ProcessStartInfo(s_program, arguments) { WorkingDirectory = folder };
        start.Environment["KUBECONFIG"] = kubeconfig;
        if (home is not null)
        {
            start.Environment["HOME"] = home;
        }

        return ProgramRun.RunAsync(start, cancellationToken);
    }
}
