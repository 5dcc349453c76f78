BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $target = @{ Kubeconfig = $cluster.Kubeconfig }
}

AfterAll {
    Stop-TestCluster $cluster
}

Describe 'Get-MilvusInstance' {
    It 'shows a Helm release without helm' {
        $instance = Get-MilvusInstance @target -ErrorAction Stop
        $instance.Name | Should -Be my-release
        $instance.ManagedBy | Should -Be Helm
        $instance.MetricsEnabled | Should -BeTrue
    }
}

Describe 'Enable-MilvusServiceMonitor' {
    It 'says which step comes first' {
        $thrown = { Enable-MilvusServiceMonitor my-release @target -ErrorAction Stop } | Should -Throw -PassThru
        $thrown.FullyQualifiedErrorId | Should -BeLike 'KindNotFound,*'
        $thrown.Exception.Message | Should -BeLike '*Install-KubePrometheus*'
    }

    Context 'on a cluster with a stack' {
        BeforeAll {
            $null = Install-KubePrometheus @target -Path "$PSScriptRoot/../Demo/manifests" -Wait -Timeout 60s
        }

        It 'goes from finding to showing in one pipeline' {
            $monitor = Get-MilvusInstance @target | Enable-MilvusServiceMonitor | Get-MilvusServiceMonitor
            $monitor.Name | Should -Be my-release-milvus
            $monitor.Services | Should -Contain my-release-milvus
            (Get-MilvusInstance @target).MonitorEnabled | Should -BeTrue
        }

        It 'is a table of 80 columns on the screen' {
            $text = Get-MilvusInstance @target | Enable-MilvusServiceMonitor | Out-String -Width 80
            $text | Should -Match 'default\s+my-release-milvus\s+\d+s\s+1/1\s+Unchanged\s+my-release\s'
            Get-MilvusInstance @target | Out-String -Width 80 | Should -Match 'default\s+my-release\s+Cluster\s+deployed\s+\S+\s+Helm\s+5\.0\.19\s+v2\.6\.15'
        }

        It 'acts on the cluster of each object, of two in one pipeline' {
            $second = Start-TestCluster
            try {
                $null = Install-KubePrometheus -Kubeconfig $second.Kubeconfig -Path "$PSScriptRoot/../Demo/manifests" -Wait -Timeout 60s
                $monitors = @(Get-MilvusInstance @target; Get-MilvusInstance -Kubeconfig $second.Kubeconfig) | Enable-MilvusServiceMonitor
                $monitors.Kubeconfig | Should -Be $cluster.Kubeconfig, $second.Kubeconfig
                Get-MilvusServiceMonitor -Kubeconfig $second.Kubeconfig | Should -Not -BeNullOrEmpty
            } finally {
                Stop-TestCluster $second
            }
        }

        It 'says why helm cannot do it, and leaves the exit code of the session alone' {
            $global:LASTEXITCODE = 7
            $thrown = { Enable-MilvusServiceMonitor my-release @target -Method Helm -Interval 15s -Chart milvus/milvus -ErrorAction Stop } | Should -Throw -PassThru
            $thrown.FullyQualifiedErrorId | Should -BeLike 'ParameterInvalid,*'
            $thrown = { Enable-MilvusServiceMonitor my-release @target -Method Helm -Interval 15s -HelmPath ./no/helm -ErrorAction Stop } | Should -Throw -PassThru
            $thrown.FullyQualifiedErrorId | Should -BeLike 'HelmNotFound,*'
            $global:LASTEXITCODE | Should -Be 7
        }

        It 'is taken back by Disable, after a look with -WhatIf' {
            Get-MilvusServiceMonitor -AllNamespaces @target | Where-Object Kind -eq ServiceMonitor | Disable-MilvusServiceMonitor -WhatIf
            Get-MilvusServiceMonitor @target | Should -Not -BeNullOrEmpty
            (Get-MilvusServiceMonitor @target | Disable-MilvusServiceMonitor).Action | Should -Be Deleted
            Get-MilvusServiceMonitor @target | Should -BeNullOrEmpty
        }
    }
}

Describe 'Enable-MilvusServiceMonitor -Method Helm' {
    It 'has helm make the monitor of a release that helm installed' {
        $helm = $env:HELM ? $env:HELM : (Get-Command helm -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
        if (-not $helm) {
            Set-ItResult -Skipped -Because 'there is no helm on the PATH, nor does HELM name one'
        }

        $chart = "$PSScriptRoot/../charts/milvus"
        $null = & $helm install by-helm $chart --kubeconfig $cluster.Kubeconfig --namespace default
        $LASTEXITCODE | Should -Be 0
        $global:LASTEXITCODE = 7
        $monitor = Get-MilvusInstance by-helm @target | Enable-MilvusServiceMonitor -Method Helm -HelmPath $helm -Chart $chart -Interval 15s -AdditionalLabel @{ release = 'true' }
        $monitor.Interval | Should -Be 15s
        $monitor.Labels['release'] | Should -Be 'true'
        (Get-MilvusInstance by-helm @target).MonitorInValues | Should -BeTrue
        (Get-MilvusInstance by-helm @target | Enable-MilvusServiceMonitor -Method Helm).Action | Should -Be Unchanged
        $global:LASTEXITCODE | Should -Be 7
    }
}
