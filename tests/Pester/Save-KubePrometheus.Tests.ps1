BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
}

Describe 'Save-KubePrometheus' {
    It 'saves nothing under -WhatIf' {
        Save-KubePrometheus v0.18.0 -Destination $TestDrive -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem $TestDrive | Should -BeNullOrEmpty
    }

    It 'names the releases of the catalog if there is no such release' {
        $thrown = { Save-KubePrometheus v0.81.0 -Destination $TestDrive -ErrorAction Stop } | Should -Throw -PassThru
        $thrown.FullyQualifiedErrorId | Should -BeLike 'ReleaseUnknown,*'
        $thrown.Exception.Message | Should -BeLike '*0.18.0*'
    }
}
