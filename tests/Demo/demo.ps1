param(
    [string] $Kubeconfig,
    [string] $Path = "$PSScriptRoot/manifests",
    [string] $Module = "$PSScriptRoot/../../out/MilvusMonitoring",
    [string] $Prometheus,
    [string] $Patience = '5m'
)

# The module, and the cluster that every command talks to
Import-Module $Module
if ($Kubeconfig) { $env:KUBECONFIG = $Kubeconfig }

# Install kube-prometheus, and wait until everything is ready
$stack = Install-KubePrometheus -Path $Path -Wait; $stack

# Show what is in the cluster now
Get-KubePrometheus

# Install again: nothing has changed, so nothing is written
Install-KubePrometheus -Path $Path

# Let Prometheus discover Milvus in every namespace. The second time there is nothing to add
$stack | Grant-PrometheusMilvusAccess
($stack | Grant-PrometheusMilvusAccess).Rules

# Show the plan of a change, without making it: pull all images from your own registry
Install-KubePrometheus -Path $Path -ImageRegistry registry.example.com/mirror -WhatIf

# Show every Milvus in the cluster: one was installed with helm
Get-MilvusInstance

# Create the ServiceMonitor that the chart of Milvus would create
Get-MilvusInstance | Enable-MilvusServiceMonitor

# Show what Prometheus has to scrape now
Get-MilvusServiceMonitor -AllNamespaces

# Open local ports to Grafana and Prometheus, until the end of the session
$grafana, $prometheus = $stack | Start-MonitoringPortForward Grafana, Prometheus -LocalPort 0; $grafana, $prometheus
$web = [System.Net.Http.HttpClient]::new()
$web.GetStringAsync("$($grafana.Url)api/health").GetAwaiter().GetResult()

# Replace the pod of Grafana: the local port keeps working
$pod = $grafana.Pod; if ($DeletePod -and $pod) { $DeletePod.Invoke($pod); for ($turn = 0; $turn -lt 6000 -and ($grafana.OpenConnections -or $grafana.Pod -in $pod, $null); $turn++) { [System.Threading.Thread]::Sleep(20) } }
$web.GetStringAsync("$($grafana.Url)api/health").GetAwaiter().GetResult()
Get-MonitoringPortForward Grafana
Stop-MonitoringPortForward -All

# Put dashboards of Milvus into Grafana, where they stay, and wait until it shows them
Install-MilvusDashboard -Wait

# Is Milvus really scraped? Check every step, from the API server to a fresh sample and to Grafana
Test-MilvusMonitoring -Wait -Timeout $Patience -ErrorAction Ignore

# Take the rules away: the test names the one reason, and the command that fixes it
$stack | Revoke-PrometheusMilvusAccess
$failed = Test-MilvusMonitoring -ErrorAction Ignore | Where-Object Status -EQ Failed; $failed
$failed.Remedy

# Remove everything, and look again
Get-MilvusServiceMonitor -AllNamespaces | Disable-MilvusServiceMonitor
Uninstall-KubePrometheus -Confirm:$false
Get-KubePrometheus
