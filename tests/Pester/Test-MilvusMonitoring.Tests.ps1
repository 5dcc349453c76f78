BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $target = @{ Kubeconfig = $cluster.Kubeconfig }
}

AfterAll {
    Stop-TestCluster $cluster
}

Describe 'Test-MilvusMonitoring' {
    It 'says which step comes first, and what follows from it' {
        $checks = Test-MilvusMonitoring my-release @target -ErrorAction SilentlyContinue
        ($checks | Where-Object Status -EQ Failed).Check | Should -Be Definitions
        ($checks | Where-Object Status -EQ Failed).Remedy | Should -BeLike 'Install-KubePrometheus *'
        ($checks | Where-Object Check -EQ Monitor).CausedBy | Should -Be Definitions
        Test-MilvusMonitoring my-release @target -Quiet | Should -BeFalse
    }

    Context 'on a cluster with a stack' {
        BeforeAll {
            $null = Install-KubePrometheus @target -Path "$PSScriptRoot/../Demo/manifests" -Wait -Timeout 60s
        }

        It 'ends a script under Stop, with the remedy in the error' {
            $thrown = { Test-MilvusMonitoring my-release @target -ErrorAction Stop } | Should -Throw -PassThru
            $thrown.FullyQualifiedErrorId | Should -BeLike 'CheckFailed,*'
            $thrown.ErrorDetails.RecommendedAction | Should -BeLike 'Enable-MilvusServiceMonitor my-release -Namespace default *'
        }

        It 'gives a remedy that can be run as it stands' {
            $failed = Test-MilvusMonitoring my-release @target -ErrorAction SilentlyContinue | Where-Object Check -EQ Monitor
            $null = Invoke-Expression $failed.Remedy
            (Test-MilvusMonitoring my-release @target -ErrorAction SilentlyContinue | Where-Object Check -EQ Monitor).Status | Should -Be Passed
        }

        It 'is a table with whole words in any culture, and a list with the remedy' {
            $checks = Test-MilvusMonitoring my-release @target -ErrorAction SilentlyContinue
            $culture = [cultureinfo]::CurrentCulture
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            try { $lines = ($checks | Out-String) -split '\r?\n' } finally { [cultureinfo]::CurrentCulture = $culture }
            $lines -match '^Operator +Passed +Deployment/monitoring/prometheus-operator: 1 of 1' | Should -Not -BeNullOrEmpty
            $words = $lines -join ' ' -replace ' +', ' '
            $checks | Where-Object { -not $words.Contains("$($_.Check) $($_.Status) $($_.Target): $($_.Detail)") } | Should -BeNullOrEmpty
            $checks | Format-List | Out-String | Should -Match 'CausedBy'
        }
    }
}
