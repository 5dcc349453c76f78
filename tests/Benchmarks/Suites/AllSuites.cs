using MilvusMonitoring.Benchmarks.Contenders;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>Runs the suites that were asked for; says of those that cannot run what they lack.</summary>
internal static class AllSuites
{
    public static async Task RunAsync(BenchmarkOptions options, Report report, CancellationToken cancellationToken)
    {
        await RunOnRealServerAsync(options, report, cancellationToken);
        await RunIfAsync("parse", ParseSuite.Missing, () => new ParseSuite(options.Repeat).RunAsync(report, cancellationToken));
        await RunIfAsync("forward", null, () => ForwardSuite.RunAsync(options, report, cancellationToken));
        await RunIfAsync("fleet", null, () => FleetSuite.RunAsync(report, cancellationToken));
        await RunIfAsync("growth", GrowthSuite.Missing, () => new GrowthSuite(options.Repeat).RunAsync(report, cancellationToken));
        await RunIfAsync("scale", ScaleSuite.Missing, () => new ScaleSuite(options.Repeat).RunAsync(report, cancellationToken));

        async Task RunIfAsync(string suite, string? missing, Func<Task> run)
        {
            if (!options.Suites.Contains(suite))
            {
                return;
            }

            if (missing is not null)
            {
                report.Skip(suite, missing);
                return;
            }

            Console.Error.WriteLine(suite);
            await run();
        }
    }

    private static async Task RunOnRealServerAsync(BenchmarkOptions options, Report report, CancellationToken cancellationToken)
    {
        string[] wanted = [.. options.Suites.Where(suite => suite is "kubectl" or "latency" or "cold" or "start")];
        if (wanted.Length == 0)
        {
            return;
        }

        if (RealStack.MissingFor(options.Kubeconfig) is { } missing)
        {
            report.Skip(string.Join(", ", wanted), missing);
            return;
        }

        await using var stack = await RealStack.StartAsync(options.Kubeconfig, cancellationToken);
        var kubectl = await Kubectl.FindVersionAsync(cancellationToken);
        foreach (var suite in wanted)
        {
            Console.Error.WriteLine(suite);
            if (suite == "start")
            {
                await new StartAndMemory(stack, options.Repeat).RunAsync(report, cancellationToken);
            }
            else if (suite == "cold")
            {
                if (ColdStart.Missing is { } lacking)
                {
                    report.Skip(suite, lacking);
                    continue;
                }

                await new ColdStart(stack, options.Repeat).RunAsync(report, cancellationToken);
            }
            else if (kubectl is null)
            {
                report.Skip(suite, "Neither KUBECTL nor PATH leads to a kubectl.");
            }
            else
            {
                foreach (var roundTrip in suite == "latency" ? options.RoundTrips : [0])
                {
                    await new KubectlRace(stack, options.Repeat, TimeSpan.FromMilliseconds(roundTrip), kubectl).RunAsync(
                        report,
                        cancellationToken);
                }
            }
        }
    }
}
