using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

// Runs one script in a process that holds nothing but the PowerShell engine: what the module itself brings into a
// process shows here and nowhere else. Output goes to stdout, one line an object; errors go to stderr, and fail.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

var state = InitialSessionState.CreateDefault2();
if (OperatingSystem.IsWindows())
{
    state.ExecutionPolicy = ExecutionPolicy.Bypass;
}

using var runspace = RunspaceFactory.CreateRunspace(state);
runspace.Open();
using var shell = PowerShell.Create(runspace);
shell.AddScript(args[0]);
try
{
    foreach (var item in shell.Invoke())
    {
        Console.Out.WriteLine(item);
    }
}
catch (RuntimeException terminating)
{
    Console.Error.WriteLine(terminating.Message);
    return 1;
}

foreach (var error in shell.Streams.Error)
{
    Console.Error.WriteLine(error);
}

return shell.HadErrors ? 1 : 0;
