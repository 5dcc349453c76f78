BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $target = @{ Kubeconfig = $cluster.Kubeconfig }
    $manifests = "$PSScriptRoot/../Demo/manifests"
}

AfterAll {
    Stop-TestCluster $cluster
}

Describe 'Grant-PrometheusMilvusAccess' {
    It 'says which step comes first' {
        $thrown = { Grant-PrometheusMilvusAccess @target -ErrorAction Stop } | Should -Throw -PassThru
        $thrown.FullyQualifiedErrorId | Should -BeLike 'StackNotFound,*'
        $thrown.Exception.Message | Should -BeLike '*Install-KubePrometheus*'
    }

    It 'follows an installation in one line, and shows its plan first' {
        $plan = Install-KubePrometheus @target -Path $manifests | Grant-PrometheusMilvusAccess -WhatIf
        $plan.IsPlan | Should -BeTrue
        $access = Install-KubePrometheus @target -Path $manifests | Grant-PrometheusMilvusAccess
        $access.Action | Should -Be Configured
        $access.Namespace | Should -Be monitoring
        $access.ServiceAccount | Should -Be prometheus-k8s
        $access.Rules | Should -Be 'get, list, watch on pods, services, endpoints, endpointslices.discovery.k8s.io'
    }

    It 'changes nothing the second time, and survives an installation' {
        $stack = Install-KubePrometheus @target -Path $manifests
        $stack.Unchanged | Should -Be $stack.Resources.Count
        ($stack | Grant-PrometheusMilvusAccess).Action | Should -Be Unchanged
    }

    It 'fits into 80 columns' {
        $lines = Grant-PrometheusMilvusAccess @target | Format-Table | Out-String -Width 80 -Stream
        $lines -match 'ClusterRole/prometheus-k8s' | Should -HaveCount 1
    }

    It 'takes namespaces from the pipeline, and Revoke takes the access' {
        $null = Revoke-PrometheusMilvusAccess @target
        $accesses = 'kube-public', 'kube-node-lease' | Grant-PrometheusMilvusAccess @target
        $accesses.Scope | Should -Be kube-public, kube-node-lease
        $accesses.Action | Should -Be Created, Created
        ($accesses | Revoke-PrometheusMilvusAccess).Action | Should -Be Deleted, Deleted
        $null = Grant-PrometheusMilvusAccess @target
    }
}

Describe 'Revoke-PrometheusMilvusAccess' {
    It 'takes away what was granted, once' {
        (Revoke-PrometheusMilvusAccess @target -WhatIf).IsPlan | Should -BeTrue
        (Revoke-PrometheusMilvusAccess @target).Action | Should -Be Configured
        (Revoke-PrometheusMilvusAccess @target).Action | Should -Be Unchanged
    }
}
