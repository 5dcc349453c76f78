BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $target = @{ Kubeconfig = $cluster.Kubeconfig }
    $installed = Install-KubePrometheus @target -Path "$PSScriptRoot/../Demo/manifests" -Wait -Timeout 60s
}

AfterAll {
    Stop-TestCluster $cluster
}

Describe 'Uninstall-KubePrometheus' {
    It 'does nothing under -WhatIf' {
        $null = Uninstall-KubePrometheus @target -WhatIf
        (Get-KubePrometheus @target).Resources.Count | Should -Be $installed.Resources.Count
    }

    It 'fails rather than asks where nobody can answer' {
        $answer = pwsh -NoProfile -NonInteractive -Command "Import-Module '$PSScriptRoot/../../out/MilvusMonitoring'; Uninstall-KubePrometheus -Kubeconfig '$($cluster.Kubeconfig)'" 2>&1
        $LASTEXITCODE | Should -Be 1
        $answer | Out-String | Should -BeLike '*-Confirm:$false*'
        (Get-KubePrometheus @target).Resources.Count | Should -Be $installed.Resources.Count
    }

    It 'removes everything when told so beforehand' {
        $stack = Uninstall-KubePrometheus @target -Confirm:$false
        $stack.Deleted | Should -Be $stack.Resources.Count
        Get-KubePrometheus @target | Should -BeNullOrEmpty
    }

    It 'works twice, with a warning' {
        Uninstall-KubePrometheus @target -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
    }
}
