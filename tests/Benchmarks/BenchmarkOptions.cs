using System.Globalization;
using MilvusMonitoring.Benchmarks.Forwarding;

namespace MilvusMonitoring.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Repeat">How often each thing is measured.</param>
/// <param name="Suites">Which suites to run.</param>
internal sealed record BenchmarkOptions(int Repeat, IReadOnlyList<string> Suites)
{
    /// <summary>The round trips that 'latency' adds, in ms.</summary>
    public IReadOnlyList<int> RoundTrips { get; private init; } = [10, 50, 150];

    /// <summary>A cluster of one's own; null for those that are started here.</summary>
    public string? Kubeconfig { get; private init; }

    /// <summary>The Service to forward to on that cluster; null for one on the embedded cluster.</summary>
    public ForwardTarget? ForwardTo { get; private init; }

    /// <summary>What to get from it that is small.</summary>
    public string SmallPath { get; private init; } = ForwardServer.SmallPath;

    /// <summary>What to get from it that is large.</summary>
    public string LargePath { get; private init; } = ForwardServer.LargePath + (1L << 30);

    /// <summary>The kubectl to measure against; null where there is none.</summary>
    public static string? Kubectl =>
        Environment.GetEnvironmentVariable("KUBECTL") is { Length: > 0 } named ? named
        : Programs.OnPath("kubectl") ? "kubectl"
        : null;

    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- [--repeat N] [--only SUITE,...]
          --repeat N   how often each thing is measured; 5 without it
          --only       some of: kubectl, latency, cold, start, parse, forward, fleet, scale, growth
          --round-trip MS,...
                       what 'latency' adds between client and server; 10,50,150 without it
          --kubeconfig FILE
                       a cluster of your own for 'kubectl', 'latency', 'cold' and 'start': kube-prometheus is installed and removed
                       there again and again; a cluster that has it, or a namespace 'monitoring', is left alone
          --forward-to NAMESPACE/SERVICE:PORT [--small PATH] [--large PATH]
                       a Service on that cluster for 'forward', against kubectl too; the paths' answers must say their length;
                       without it 'forward' runs on the embedded cluster, and on a node of its own where KUBERNETES_NODE is set
        KUBE_APISERVER             a program that starts a real kube-apiserver (kubectl, latency, cold, start)
        PWSH                       the pwsh to start for each command (kubectl, latency, cold); else the one on PATH. Of a release: the
                                   tool of dotnet has no code compiled ahead of time, and starts three times as slowly
        KUBERNETES_NODE            a program that starts a real Kubernetes of one node (forward)
        KUBE_PROMETHEUS_MANIFESTS  the folder with v0.8.0/ and v0.18.0/
        KUBECTL                    the kubectl to measure against; else the one on PATH
        """;

    public static IReadOnlyList<string> AllSuites { get; } =
        ["kubectl", "latency", "cold", "start", "parse", "forward", "fleet", "scale", "growth"];

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
                case "--round-trip"
                    when value
                        .Split(',')
                        .Select(part => int.TryParse(part, CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds : 0)
                        .ToList()
                        is var trips
                        && trips.TrueForAll(milliseconds => milliseconds > 0):
                    options = options with { RoundTrips = trips };
                    break;
                case "--kubeconfig" when File.Exists(value):
                    options = options with { Kubeconfig = value };
                    break;
                case "--forward-to" when ForwardTarget.Parse(value) is { } target:
                    options = options with { ForwardTo = target };
                    break;
                case "--small" when value.StartsWith('/'):
                    options = options with { SmallPath = value };
                    break;
                case "--large" when value.StartsWith('/'):
                    options = options with { LargePath = value };
                    break;
                default:
                    return null;
            }
        }

        return options.ForwardTo is null || options.Kubeconfig is not null ? options : null;
    }
}
