using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>One part of a cold start.</summary>
/// <param name="Name">What was done for the first time in the process.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record ColdPart(string Name, double Milliseconds);

/// <summary>What a process pays that does each part of a command for the first time, one after the other, without PowerShell.</summary>
internal static class ColdParts
{
    public const string Argument = "--cold";

    /// <summary>Does them in a new process.</summary>
    public static async Task<IReadOnlyList<ColdPart>> InNewProcessAsync(
        string kubeconfig,
        string manifests,
        CancellationToken cancellationToken)
    {
        using var process = Process.Start(OwnProgram.Start(Argument, kubeconfig, manifests))!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize(output, ColdMessages.Default.ListColdPart)!
            : throw new BenchmarkException("The process that does each part for the first time failed.");
    }

    /// <summary>What that process does.</summary>
    public static async Task<int> AnswerAsync(string kubeconfig, string manifests)
    {
        List<ColdPart> parts = [];
        var clock = Stopwatch.StartNew();
        MergedKubeconfig.Resolve(new ClusterTarget(kubeconfig, null), KubeconfigLocations.FromEnvironment());
        Add("kubeconfig");
        using var connection = ClusterConnection.Open(new ClusterTarget(kubeconfig, null), new SilentSink());
        Add("client certificate");
        var client = new ClusterClient(connection);
        await ClusterInfo.ReadVersionAsync(client, CancellationToken.None);
        Add("first request: TCP, TLS, HTTP/2, JSON");
        await ClusterInfo.ReadVersionAsync(client, CancellationToken.None);
        Add("the same request again");
        await ServedKinds.ReadAsync(client, ClusterClient.DefaultThrottleLimit, CancellationToken.None);
        Add("discovery");
        await foreach (var _ in client.ListMetadataAsync(ResourceType.ConfigMap, null, "", CancellationToken.None))
        {
        }

        Add("first list");
        ManifestReader.Read(await ManifestSource.ReadAsync(manifests, CancellationToken.None), CancellationToken.None);
        Add("first YAML: all manifests");
        Console.Out.WriteLine(JsonSerializer.Serialize(parts, ColdMessages.Default.ListColdPart));
        return 0;

        void Add(string name)
        {
            parts.Add(new ColdPart(name, clock.Elapsed.TotalMilliseconds));
            clock.Restart();
        }
    }
}

/// <summary>Parts as a line of JSON.</summary>
[JsonSerializable(typeof(List<ColdPart>))]
internal sealed partial class ColdMessages : JsonSerializerContext;
