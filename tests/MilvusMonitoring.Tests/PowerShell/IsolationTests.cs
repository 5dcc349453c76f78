namespace MilvusMonitoring.Tests;

/// <summary>Other modules bring other YamlDotNets into the default load context; both orders must work.</summary>
public sealed class IsolationTests
{
    /// <summary>The other module's YAML: its own version, and it parses.</summary>
    private const string UseTheirs = """
        $deserializer = [YamlDotNet.Serialization.DeserializerBuilder]::new().Build()
        $parsed = $deserializer.Deserialize('a: 1', [System.Collections.Generic.Dictionary[string,string]])
        "theirs $([YamlDotNet.Serialization.DeserializerBuilder].Assembly.GetName().Version.Major) $($parsed['a'])"
        """;

    /// <summary>Ours: KubernetesClient reads a kubeconfig, which it does with the YamlDotNet of its own context.</summary>
    private const string UseOurs = """
        $context = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object { $_.Name -eq 'MilvusMonitoring' }
        $client = $context.LoadFromAssemblyName('KubernetesClient').GetType('k8s.KubernetesClientConfiguration')
        $read = $client.GetMethod('LoadKubeConfig', [type[]]@([System.IO.Stream])).Invoke($null, @([System.IO.MemoryStream]::new([byte[]][char[]]'current-context: ours')))
        "ours $($context.LoadFromAssemblyName('YamlDotNet').GetName().Version.Major) $($read.CurrentContext)"
        """;

    private static readonly string Import = $"Import-Module '{BuiltTree.Module}'";

    [Theory]
    [InlineData("13.7.1")]
    [InlineData("16.3.0")]
    public async Task Another_YamlDotNet_loaded_before_our_import_disturbs_nobody(string version)
    {
        var output = await ChildProcess.RunBareAsync($"{LoadTheirs(version)}\n{Import}\n{UseOurs}\n{UseTheirs}");

        AssertBothWork(output, version);
    }

    [Theory]
    [InlineData("13.7.1")]
    [InlineData("16.3.0")]
    public async Task Another_YamlDotNet_loaded_after_ours_was_used_disturbs_nobody(string version)
    {
        var output = await ChildProcess.RunBareAsync($"{Import}\n{UseOurs}\n{LoadTheirs(version)}\n{UseTheirs}\n{UseOurs}");

        AssertBothWork(output, version);
    }

    private static string LoadTheirs(string version) =>
        $"$null = [System.Reflection.Assembly]::LoadFrom('{Path.Combine(AppContext.BaseDirectory, "OtherYamlDotNet", version, "YamlDotNet.dll")}')";

    private static void AssertBothWork(string[] output, string version)
    {
        Assert.Contains($"theirs {version.Split('.')[0]} 1", output);
        Assert.Contains("ours 18 ours", output);
    }
}
