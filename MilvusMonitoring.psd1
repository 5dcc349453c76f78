@{
    RootModule           = 'MilvusMonitoring.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '2f0c5f6e-6d0b-4b3c-9c53-0f6a3f1c7d21'
    Author               = 'The MilvusMonitoring authors'
    CompanyName          = 'The MilvusMonitoring authors'
    Copyright            = '(c) The MilvusMonitoring authors. Apache-2.0.'
    Description          = 'Sets up Prometheus and Grafana for Milvus on Kubernetes, and proves that Prometheus scrapes every Milvus component. Needs no kubectl, helm or git.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('MilvusMonitoring.Format.ps1xml')
    CmdletsToExport      = @(
        'Disable-MilvusAlertRule'
        'Disable-MilvusServiceMonitor'
        'Enable-MilvusAlertRule'
        'Enable-MilvusServiceMonitor'
        'Get-KubePrometheus'
        'Get-MilvusAlert'
        'Get-MilvusAlertReceiver'
        'Get-MilvusAlertRule'
        'Get-MilvusDashboard'
        'Get-MilvusInstance'
        'Get-MilvusServiceMonitor'
        'Get-MonitoringPortForward'
        'Get-MonitoringStack'
        'Grant-PrometheusMilvusAccess'
        'Install-KubePrometheus'
        'Install-MilvusDashboard'
        'Remove-MilvusAlertReceiver'
        'Revoke-PrometheusMilvusAccess'
        'Save-KubePrometheus'
        'Save-MilvusDashboard'
        'Set-MilvusAlertReceiver'
        'Start-MonitoringPortForward'
        'Stop-MonitoringPortForward'
        'Test-MilvusAlert'
        'Test-MilvusMonitoring'
        'Uninstall-KubePrometheus'
        'Uninstall-MilvusDashboard'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('Milvus', 'Kubernetes', 'Prometheus', 'kube-prometheus', 'Monitoring', 'ServiceMonitor', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://licenses.nuget.org/Apache-2.0'
            ReleaseNotes = 'The first release. CHANGELOG.md in the folder of the module lists the changes of each release.'
        }
    }
}
