using System.Globalization;

namespace MilvusMonitoring.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Repeat">How often each thing is measured.</param>
/// <param name="Suites">Which suites to run.</param>
internal sealed record BenchmarkOptions(int Repeat, IReadOnlyList<string> Suites)
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- [--repeat N] [--only SUITE,...]
          --repeat N   how often each thing is measured; 5 without it
          --only       some of: kubectl, latency, start, parse, scale
        KUBE_APISERVER             a program that starts a real kube-apiserver (kubectl, latency, start)
        KUBE_PROMETHEUS_MANIFESTS  the folder with v0.8.0/ and v0.18.0/
        KUBECTL                    the kubectl to measure against; else the one on PATH
        """;

    public static IReadOnlyList<string> AllSuites { get; } = ["kubectl", "latency", "start", "parse", "scale"];

    /// <summary>Reads the command line; null where it is wrong.</summary>
    public static BenchmarkOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions(5, AllSuites);
        for (var index = 0; index < arguments.Count; index += 2)
        {
            var value = index + 1 < arguments.Count ? arguments[index + 1] : "";
            switch (arguments[index])
            {
                case "--repeat" when int.TryParse(value, CultureInfo.InvariantCulture, out var repeat) && repeat > 0:
                    options = options with { Repeat = repeat };
                    break;
                case "--only" when value.Split(',') is var suites && suites.All(AllSuites.Contains):
                    options = options with { Suites = suites };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
