param(
    [string] $Kubeconfig,
    [string] $Path = "$PSScriptRoot/manifests",
    [string] $Module = "$PSScriptRoot/../../out/MilvusMonitoring"
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
Get-MilvusServiceMonitor

# Take it all away, and look again
Get-MilvusServiceMonitor | Disable-MilvusServiceMonitor
Uninstall-KubePrometheus -Confirm:$false
Get-KubePrometheus
