using System.Globalization;
using System.Runtime.InteropServices;
using MilvusMonitoring.Benchmarks;
using MilvusMonitoring.Benchmarks.Children;
using MilvusMonitoring.Benchmarks.Forwarding;
using MilvusMonitoring.Benchmarks.Parsing;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Suites;

if (args is ["--child"])
{
    return ChildProgram.Run();
}

if (args is ["--parse", var way, var folder])
{
    return await ParseRun.AnswerAsync(way, folder);
}

if (args is [ColdParts.Argument, var target, var manifests])
{
    return await ColdParts.AnswerAsync(target, manifests);
}

switch (args)
{
    case [ForwardServer.Argument]:
        return await ForwardServer.RunAsync();
    case [ForwardWays.ModuleArgument, var kubeconfig, var ns, var service, var port]:
        return await ForwardWays.RunModuleAsync(kubeconfig, ns, service, port);
    case [ForwardWays.BareArgument, var kubeconfig, var ns, var service, var port]:
        return await ForwardWays.RunBareAsync(kubeconfig, ns, service, port);
    case [ForwardWays.RelayArgument, var server]:
        return await ForwardWays.RunRelayAsync(int.Parse(server, CultureInfo.InvariantCulture));
}

if (BenchmarkOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchmarkOptions.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var report = new Report();
var exitCode = 0;
try
{
    await AllSuites.RunAsync(options, report, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    report.Say("Stopped.");
}
catch (BenchmarkException exception)
{
    report.Say($"Ended early: {exception.Message}");
    exitCode = 1;
}

Console.Out.Write(report);
Console.Out.WriteLine($"{report.Judged - report.Missed} of {report.Judged} targets met.");
return exitCode;

// The servers and children that were started are to end, too.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
