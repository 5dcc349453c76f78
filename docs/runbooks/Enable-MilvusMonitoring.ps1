<#
.SYNOPSIS
An Azure Automation runbook that keeps a Milvus on AKS monitored. It needs PowerShell 7.4 or newer, on a Hybrid Runbook Worker that reaches the cluster.
.DESCRIPTION
The runbook signs in as the managed identity of the worker, with the exec plugin kubelogin. The module limits the time of the plugin and does not let it prompt. Run the runbook on a schedule: it changes nothing that is already as wanted.
The worker needs kubelogin on its PATH, and this module. The identity needs the role "Azure Kubernetes Service RBAC Cluster Admin" on the cluster, or the same permissions from the cluster's own RBAC.
.PARAMETER Server
The address of the API server. `az aks show --query fqdn` returns the host name; add https:// and the port: https://my-cluster-1234.hcp.westeurope.azmk8s.io:443
.PARAMETER CertificateAuthority
The CA certificate of the cluster in base64: certificate-authority-data in the kubeconfig that `az aks get-credentials` writes.
.PARAMETER Instance
The name of the Milvus.
.PARAMETER Namespace
The namespace of the Milvus.
.PARAMETER Manifests
A folder or archive with kube-prometheus manifests, for a worker without internet access. Without it, the runbook downloads the newest release that supports the cluster's Kubernetes version.
.PARAMETER Timeout
The limit until the stack is ready, and then the limit until the first sample arrives.
.PARAMETER ClientId
The client id of a user-assigned identity. The default is the system-assigned identity.
.PARAMETER ServerId
The application id of the API server. The default is the id that all AKS clusters share.
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

# A job has no user: show no progress, ask no questions, and end at the first error.
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

    # Format each result as text. The job's output has no tables: objects of several types would be shown as lists of all their properties.
    $stack | Format-Table | Out-String -Width 120
    $stack | Grant-PrometheusMilvusAccess | Format-Table | Out-String -Width 120
    Enable-MilvusServiceMonitor $Instance -Namespace $Namespace -Kubeconfig $kubeconfig | Format-Table | Out-String -Width 120

    # Continue after errors, so that the job's output has every check, also when one failed.
    $checks = Test-MilvusMonitoring $Instance -Namespace $Namespace -Kubeconfig $kubeconfig -Wait -Timeout $Timeout -ErrorAction Continue -ErrorVariable broken
    $checks | Format-Table | Out-String -Width 120
    if ($broken) { throw "Milvus $Namespace/$Instance is not proven to be scraped: $($broken[0].Exception.Message)" }
}
finally {
    Remove-Item $kubeconfig
}
