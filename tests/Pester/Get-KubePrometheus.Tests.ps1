BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $target = @{ Kubeconfig = $cluster.Kubeconfig }
}

AfterAll {
    Stop-TestCluster $cluster
}

Describe 'Get-KubePrometheus' {
    It 'emits nothing where nothing is installed' {
        Get-KubePrometheus @target -ErrorAction Stop | Should -BeNullOrEmpty
    }

    Context 'on a cluster with a stack' {
        BeforeAll {
            $installed = Install-KubePrometheus @target -Path "$PSScriptRoot/../Demo/manifests" -Wait -Timeout 60s
        }

        It 'shows it, component by component' {
            $stack = Get-KubePrometheus @target
            $stack.Managers | Should -Contain 'milvus-monitoring'
            $stack.Ready | Should -BeTrue
            $stack.Components.Name | Should -Contain prometheus
            $stack.Resources.Count | Should -Be $installed.Resources.Count
        }

        It 'takes the cluster from an object of the pipeline' {
            ($installed | Get-KubePrometheus).Namespace | Should -Be $installed.Namespace
        }

        It 'is a table on the screen' {
            Get-KubePrometheus @target | Out-String | Should -Match 'Namespace[\s\S]+monitoring'
        }
    }

    It 'names the contexts if there is no such context' {
        $thrown = { Get-KubePrometheus @target -Context embeded -ErrorAction Stop } | Should -Throw -PassThru
        $thrown.FullyQualifiedErrorId | Should -BeLike 'ContextNotFound,*'
        $thrown.Exception.Message | Should -BeLike '*embedded*'
    }
}
