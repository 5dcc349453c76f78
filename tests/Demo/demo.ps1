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

# Install kube-prometheus and wait until all of it is ready
$stack = Install-KubePrometheus -Path $Path -Wait; $stack

# What is in the cluster now
Get-KubePrometheus

# The same again: nothing has changed, so nothing is written
Install-KubePrometheus -Path $Path

# Let its Prometheus discover Milvus in every namespace; the second time there is nothing to add
$stack | Grant-PrometheusMilvusAccess
($stack | Grant-PrometheusMilvusAccess).Rules

# What a change would do, without doing it: all images from a registry of one's own
Install-KubePrometheus -Path $Path -ImageRegistry registry.example.com/mirror -WhatIf

# Every Milvus in the cluster: one was installed with helm
Get-MilvusInstance

# What its chart would do if it were asked to: a ServiceMonitor for Prometheus
Get-MilvusInstance | Enable-MilvusServiceMonitor

# What Prometheus has to scrape now
Get-MilvusServiceMonitor -AllNamespaces

# Grafana and Prometheus at local ports, for as long as the session lasts
$grafana, $prometheus = $stack | Start-MonitoringPortForward Grafana, Prometheus -LocalPort 0; $grafana, $prometheus
$web = [System.Net.Http.HttpClient]::new()
$web.GetStringAsync("$($grafana.Url)api/health").GetAwaiter().GetResult()

# Its pod goes away, and another one takes its place: the port stays
$pod = $grafana.Pod; if ($Cluster -and $pod) { $Cluster.Remove('v1', 'Pod', 'monitoring', $pod, $false); while ($grafana.OpenConnections -or $grafana.Pod -in $pod, $null) { [System.Threading.Thread]::Sleep(20) } }
$web.GetStringAsync("$($grafana.Url)api/health").GetAwaiter().GetResult()
Get-MonitoringPortForward Grafana
Stop-MonitoringPortForward -All

# Is it really being scraped? Every link, from the API server to a fresh sample and to Grafana
Test-MilvusMonitoring -Wait -Timeout $Patience -ErrorAction Ignore

# What if somebody takes the rules away again: the one reason, and the command that mends it
$stack | Revoke-PrometheusMilvusAccess
$failed = Test-MilvusMonitoring -ErrorAction Ignore | Where-Object Status -EQ Failed; $failed
$failed.Remedy

# Take it all away, and look again
Get-MilvusServiceMonitor -AllNamespaces | Disable-MilvusServiceMonitor
Uninstall-KubePrometheus -Confirm:$false
Get-KubePrometheus
