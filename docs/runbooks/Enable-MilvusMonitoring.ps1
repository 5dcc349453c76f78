<#
.SYNOPSIS
An Azure Automation runbook (PowerShell 7.4 or newer, on a Hybrid Runbook Worker that reaches the cluster) that keeps a Milvus on AKS monitored.
.DESCRIPTION
Signs in as the managed identity of the worker by the kubelogin exec plugin, which the module gives a limited time and never lets ask. Run it on a schedule: what is as it should be is left alone.
The worker needs kubelogin on its PATH and this module; the identity needs "Azure Kubernetes Service RBAC Cluster Admin" on the cluster, or rights of its own there.
.PARAMETER Server
The address of the API server, as `az aks show --query fqdn` gives it, with https:// and port: https://my-cluster-1234.hcp.westeurope.azmk8s.io:443
.PARAMETER CertificateAuthority
The cluster's CA in base64, as it stands in the kubeconfig that `az aks get-credentials` writes.
.PARAMETER Instance
The name of the Milvus.
.PARAMETER Namespace
The namespace of the Milvus.
.PARAMETER Manifests
A folder or archive with the manifests, for a worker without internet access; without it the release that fits the cluster is downloaded.
.PARAMETER Timeout
How long the stack may take to be ready, and then the first sample to arrive.
.PARAMETER ClientId
The client id of a user-assigned identity; without it the system-assigned one.
.PARAMETER ServerId
The application id of the API server; the default is the one that every AKS has.
#>
param(
    [Parameter(Mandatory)] [uri] $Server,
    [Parameter(Mandatory)] [string] $CertificateAuthority,
    [Parameter(Mandatory)] [string] $Instance,
    [string] $Namespace = 'default',
    [string] $Manifests,
    [string] $Timeout = '15m',
    [string] $ClientId,
    [string] $ServerId = '6dae42f8-4368-4678-94ff-3960e28e3630'
)

# Nobody watches and nobody answers: no progress, no questions, and the first error ends the job.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'

$identity = if ($ClientId) { "        - --client-id`n        - $ClientId`n" }
$kubeconfig = Join-Path ([System.IO.Path]::GetTempPath()) "kubeconfig-$([guid]::NewGuid())"
Set-Content $kubeconfig @"
apiVersion: v1
kind: Config
current-context: aks
contexts:
- name: aks
  context: { cluster: aks, user: identity }
clusters:
- name: aks
  cluster:
    server: $Server
    certificate-authority-data: $CertificateAuthority
users:
- name: identity
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      interactiveMode: Never
      args:
        - get-token
        - --login
        - msi
        - --server-id
        - $ServerId
$identity
"@

try {
    $source = if ($Manifests) { @{ Path = $Manifests } } else { @{} }
    $stack = Install-KubePrometheus @source -Kubeconfig $kubeconfig -Wait -Timeout $Timeout

    # Each as text, for the job's output has no tables: several types in one would be lists of all their properties.
    $stack | Format-Table | Out-String -Width 120
    $stack | Grant-PrometheusMilvusAccess | Format-Table | Out-String -Width 120
    Enable-MilvusServiceMonitor $Instance -Namespace $Namespace -Kubeconfig $kubeconfig | Format-Table | Out-String -Width 120

    # Every check is to be in the job's output, above all where one has failed.
    $checks = Test-MilvusMonitoring $Instance -Namespace $Namespace -Kubeconfig $kubeconfig -Wait -Timeout $Timeout -ErrorAction Continue -ErrorVariable broken
    $checks | Format-Table | Out-String -Width 120
    if ($broken) { throw "Milvus $Namespace/$Instance is not proven to be scraped: $($broken[0].Exception.Message)" }
}
finally {
    Remove-Item $kubeconfig
}
