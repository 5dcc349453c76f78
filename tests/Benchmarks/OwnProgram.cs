using System.Diagnostics;

namespace MilvusMonitoring.Benchmarks;

/// <summary>This program again, as a child.</summary>
internal static class OwnProgram
{
    public static ProcessStartInfo Start(params string[] arguments)
    {
        var own = Environment.ProcessPath!;
        string[] all = Path.GetFileNameWithoutExtension(own) == "dotnet" ? [typeof(OwnProgram).Assembly.Location, .. arguments] : arguments;
        return new ProcessStartInfo(own, all) { RedirectStandardInput = true, RedirectStandardOutput = true };
    }
}
