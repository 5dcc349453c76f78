BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $target = @{ Kubeconfig = $cluster.Kubeconfig }
}

AfterAll {
    Stop-TestCluster $cluster
}

Describe 'Get-MonitoringStack' {
    It 'emits nothing where nothing monitors' {
        Get-MonitoringStack @target -ErrorAction Stop | Should -BeNullOrEmpty
    }

    Context 'on a cluster with a stack' {
        BeforeAll {
            Install-KubePrometheus @target -Path "$PSScriptRoot/../Demo/manifests" -Wait -Timeout 60s
        }

        It 'shows it as ours, with its Prometheus' {
            $stack = Get-MonitoringStack @target
            "$($stack.Kind) $($stack.Ours) $($stack.PrometheusNamespace)/$($stack.PrometheusName)" | Should -Be 'KubePrometheus True monitoring/k8s'
        }

        It 'leads the next command to its Prometheus' {
            $access = Get-MonitoringStack @target | Grant-PrometheusMilvusAccess -WhatIf
            $access.ServiceAccount | Should -Be prometheus-k8s
        }

        It 'is a table on the screen' {
            Get-MonitoringStack @target | Out-String | Should -Match 'Kind +Name +Namespace[\s\S]+monitoring'
        }
    }
}
