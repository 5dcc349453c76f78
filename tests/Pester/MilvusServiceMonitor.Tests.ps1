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
            $text | Should -Match 'my-release-milvus\s+\d+s\s+default\s+my-release\s+ServiceMonitor\s+1\s+1/1'
            Get-MilvusInstance @target | Out-String -Width 80 | Should -Match 'default\s+my-release\s+Cluster\s+5\.0\.19\s+2\.6\.15\s+Helm\s+deployed'
        }

        It 'is taken back by Disable, after a look with -WhatIf' {
            Get-MilvusServiceMonitor -AllNamespaces @target | Where-Object Kind -eq ServiceMonitor | Disable-MilvusServiceMonitor -WhatIf
            Get-MilvusServiceMonitor @target | Should -Not -BeNullOrEmpty
            (Get-MilvusServiceMonitor @target | Disable-MilvusServiceMonitor).Action | Should -Be Deleted
            Get-MilvusServiceMonitor @target | Should -BeNullOrEmpty
        }
    }
}
