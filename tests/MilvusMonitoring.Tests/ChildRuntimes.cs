using System.Runtime.CompilerServices;

namespace MilvusMonitoring.Tests;

/// <summary>
/// How .NET runs in the processes that tests start: pwsh above all. Counting what to optimize costs a short run a quarter of its CPU.
/// </summary>
internal static class ChildRuntimes
{
    [ModuleInitializer]
    internal static void SetOptions() => Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
}
