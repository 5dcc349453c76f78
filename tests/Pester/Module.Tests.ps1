BeforeDiscovery {
    $manifest = Import-PowerShellDataFile "$PSScriptRoot/../../MilvusMonitoring.psd1"
    $cmdlets = $manifest.CmdletsToExport
}

BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
}

Describe 'The module' {
    It 'says what it is, under a valid manifest' {
        $manifest = Test-ModuleManifest "$PSScriptRoot/../../out/MilvusMonitoring/MilvusMonitoring.psd1" -ErrorAction Stop
        $manifest.Description | Should -Not -BeNullOrEmpty
        $manifest.PrivateData.PSData.Tags | Should -Contain 'Kubernetes'
    }

    It 'exports <_>' -ForEach $cmdlets {
        (Get-Command $_ -Module MilvusMonitoring).CommandType | Should -Be Cmdlet
    }

    It 'has help for <_>: synopsis, description, every parameter and an example' -ForEach $cmdlets {
        $help = Get-Help $_ -Full
        $help.Synopsis.Trim() | Should -Not -BeLike "$_*"
        $help.description.Text | Should -Not -BeNullOrEmpty
        $help.examples.example.Count | Should -BeGreaterThan 0
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
        foreach ($parameter in (Get-Command $_).Parameters.Keys | Where-Object { $_ -notin $common }) {
            $help.parameters.parameter | Where-Object { $_.name -eq $parameter -and $_.description.Text } |
                Should -Not -BeNullOrEmpty -Because "-$parameter must be explained"
        }
    }

    It 'says as PowerShell does that there is no help online, as long as nobody has given an address' {
        { Get-Help Install-KubePrometheus -Online -ErrorAction Stop } | Should -Throw '*online*'
        (Get-Command Install-KubePrometheus).HelpUri | Should -BeNullOrEmpty
    }

    It 'can be imported again' {
        Import-Module "$PSScriptRoot/../../out/MilvusMonitoring" -Force
        (Get-Command Get-KubePrometheus).Source | Should -Be MilvusMonitoring
    }

    It 'uses approved verbs only' {
        (Get-Command -Module MilvusMonitoring).Verb | Should -BeIn (Get-Verb).Verb
    }
}
