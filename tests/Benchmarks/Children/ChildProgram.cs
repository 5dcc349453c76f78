using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.Json;
using Microsoft.PowerShell;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>
/// The child: a PowerShell engine and nothing else; it runs the scripts that come in line by line, and says how they went.
/// </summary>
internal static class ChildProgram
{
    public static int Run()
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        runspace.Open();
        while (Console.In.ReadLine() is { } line)
        {
            var request = JsonSerializer.Deserialize(line, ChildMessages.Default.ChildRequest)!;
            Console.Out.WriteLine(JsonSerializer.Serialize(Answer(request, runspace), ChildMessages.Default.ChildReply));
            Console.Out.Flush();
        }

        return 0;
    }

    private static ChildReply Answer(ChildRequest request, Runspace runspace)
    {
        using var shell = PowerShell.Create(runspace);
        shell.AddScript(request.Script);
        var memory = request.MeasuresMemory ? ResidentMemory.Settle() : null;
        var allocated = GC.GetTotalAllocatedBytes();
        var processor = Environment.CpuUsage.TotalTime;
        using var listener = new PhaseListener();
        var clock = Stopwatch.StartNew();
        List<string> output = [];
        List<string> errors = [];
        try
        {
            output.AddRange(shell.Invoke().Select(item => item?.ToString() ?? ""));
        }
        catch (RuntimeException terminating)
        {
            errors.Add(terminating.Message);
        }

        var elapsed = clock.Elapsed;
        processor = Environment.CpuUsage.TotalTime - processor;
        errors.AddRange(shell.Streams.Error.Select(error => error.ToString()));
        return new ChildReply(
            elapsed.TotalMilliseconds,
            processor.TotalMilliseconds,
            memory?.Growth() ?? 0,
            GC.GetTotalAllocatedBytes() - allocated,
            output,
            errors,
            listener.Phases);
    }
}
