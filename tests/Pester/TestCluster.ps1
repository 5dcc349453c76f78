# Dot-sourced by the BeforeAll of every file: the built module, and a cluster to use it on.

# The views and the objects work under it, too.
Set-StrictMode -Version Latest

$root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
Import-Module "$root/out/MilvusMonitoring" -Force

# Starts a cluster in a process of its own. End it with Stop-TestCluster.
function Start-TestCluster {
    $demo = Get-ChildItem "$root/tests/Demo/bin/*/net10.0/Demo.dll" | Sort-Object LastWriteTime | Select-Object -Last 1
    if (-not $demo) {
        throw 'The demo is not built; run: dotnet build tests/Demo'
    }

    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet', [string[]]@($demo.FullName, '--serve'))
    $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $first = $process.StandardOutput.ReadLineAsync()
    if (-not $first.Wait([timespan]::FromSeconds(60)) -or $first.Result -notmatch '^kubeconfig: (?<path>.+)$') {
        $process.Kill()
        throw "The cluster did not start; it said: $($first.Result)"
    }

    [pscustomobject]@{ Kubeconfig = $Matches.path; Process = $process }
}

function Stop-TestCluster($Cluster) {
    # SIGTERM, so that it takes its files away; .NET itself can only kill.
    if ($IsWindows) { $Cluster.Process.Kill() } else { kill -TERM $Cluster.Process.Id }
    $null = $Cluster.Process.WaitForExit(10000)
    $Cluster.Process.Dispose()
}
