BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $target = @{ Kubeconfig = $cluster.Kubeconfig }
    $manifests = "$PSScriptRoot/../Demo/manifests"
}

AfterAll {
    Stop-TestCluster $cluster
}

Describe 'Install-KubePrometheus' {
    It 'shows the whole plan under -WhatIf, and writes nothing' {
        $plan = Install-KubePrometheus @target -Path $manifests -WhatIf
        $plan.IsPlan | Should -BeTrue
        $plan.Created | Should -Be $plan.Resources.Count
        Get-KubePrometheus @target | Should -BeNullOrEmpty
    }

    It 'applies everything, waits until it is ready, and says what became of each object' {
        $stack = Install-KubePrometheus @target -Path $manifests -Wait -Timeout 60s
        $stack.Ready | Should -BeTrue
        $stack.Created | Should -Be $stack.Resources.Count
        $stack.Resources.Name | Should -Contain 'prometheus-k8s'
    }

    It 'changes nothing the second time' {
        $stack = Install-KubePrometheus @target -Path $manifests
        $stack.Unchanged | Should -Be $stack.Resources.Count
    }

    It 'leaves a component out' {
        $plan = Install-KubePrometheus @target -Path $manifests -ExcludeComponent grafana -WhatIf
        ($plan.Resources | Where-Object Component -EQ grafana).Action | Sort-Object -Unique | Should -Be Skipped
    }

    It 'refuses a path that is not there, in one line, as automation sees it' {
        $thrown = { Install-KubePrometheus @target -Path "$TestDrive/nothing" -ErrorAction Stop } | Should -Throw -PassThru
        $thrown.FullyQualifiedErrorId | Should -BeLike 'ManifestNotFound,*'
        $thrown.Exception.Message | Should -Not -Match "`n"
    }

    It 'offers components and releases on Tab' {
        $line = 'Install-KubePrometheus -ExcludeComponent graf'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain grafana
        $line = 'Install-KubePrometheus -Version v0.1'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain v0.18.0
    }
}
