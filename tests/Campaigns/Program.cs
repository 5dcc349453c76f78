using System.Runtime.InteropServices;
using MilvusMonitoring.Campaigns;
using MilvusMonitoring.Campaigns.Faults;
using MilvusMonitoring.Campaigns.Reporting;

if (args is ["--child", var kubeconfig, var manifests])
{
    return await KilledClient.RunChildAsync(kubeconfig, manifests);
}

if (CampaignOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(CampaignOptions.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var rows = new List<CampaignRow>();
try
{
    await foreach (var row in Campaign.RunAsync(options, stop.Token))
    {
        Console.Error.WriteLine(
            row.Skipped
                ?? $"{row.Campaign} {row.Name}: {row.Cases} cases, {row.Violations.Count} violations, {row.Duration.TotalSeconds:0.0} s");
        rows.Add(row);
    }
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped.");
}

Table.Write(rows, Console.Out);
// Where a name or a case fits nothing, nothing was shown.
return rows.Sum(row => row.Cases) == 0 || rows.Any(row => row.Violations.Count > 0) ? 1 : 0;

// The servers and children that were started are to end, too.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
