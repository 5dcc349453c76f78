BeforeDiscovery {
    $types = 'KubePrometheusStack', 'MonitoringStack', 'StackPrometheus', 'StackComponent', 'StackResource', 'PrometheusAccess', 'MilvusInstance', 'MilvusServiceMonitor', 'MilvusAlertRule', 'AlertRuleReplica', 'MilvusAlertReceiver', 'MilvusAlert', 'MilvusAlertDelivery', 'MonitoringPortForward', 'MonitoringCheck', 'MilvusDashboard'
}

BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $env:KUBECONFIG = $cluster.Kubeconfig
    $plan = Install-KubePrometheus -Path "$root/tests/Demo/manifests" -WhatIf
    $stack = Install-KubePrometheus -Path "$root/tests/Demo/manifests" -Wait
    $monitor = Get-MilvusInstance | Enable-MilvusServiceMonitor
    $forward = Start-MonitoringPortForward Prometheus -LocalPort 0

    function New-Resource([hashtable] $With) {
        $resource = [MilvusMonitoring.StackResource]::new()
        $all = @{ Kind = 'Deployment'; Name = 'grafana' }
        if (-not $With.ContainsKey('Kind')) { $resource.Namespace = 'monitoring' }
        foreach ($key in $With.Keys) { $all[$key] = $With[$key] }
        foreach ($key in $all.Keys) {
            [MilvusMonitoring.StackResource].GetProperty($key, [Reflection.BindingFlags] 'Instance, Public, NonPublic').SetValue($resource, $all[$key])
        }

        $resource
    }

    function Get-Lines($Object, $Width) { ($Object | Out-String -Width $Width) -split '\r?\n' | Where-Object { $_ } }
}

AfterAll {
    Stop-MonitoringPortForward -All
    Stop-TestCluster $cluster
    $env:KUBECONFIG = $null
}

Describe 'Objects' {
    BeforeAll {
        $access = Grant-PrometheusMilvusAccess -Confirm:$false
        $receiver = Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/
        $rules = Get-MilvusInstance | Enable-MilvusAlertRule
        $dashboards = Install-MilvusDashboard Overview
        $instance = Get-MilvusInstance
        $found = Get-MonitoringStack

        function Copy-Object($Object) {
            $file = Join-Path $TestDrive 'object.xml'
            $Object | Export-Clixml $file
            Import-Clixml $file
            $Object | ConvertTo-Json -Depth 6 -WarningAction Stop | ConvertFrom-Json
        }
    }

    It 'has words for its enums, and its properties in the order of the type, in JSON and CSV' {
        foreach ($object in $stack, $stack.Resources[0], $monitor, $forward, $access, $receiver, $rules[0], $dashboards, $instance, $found[0]) {
            $type = $object.GetType()
            $declared = $type.GetProperties() | Sort-Object MetadataToken | ForEach-Object Name
            ($object | ConvertTo-Json | ConvertFrom-Json).PSObject.Properties.Name | Should -Be $declared
            ($object | ConvertTo-Csv)[0] | Should -Be (($declared | ForEach-Object { "`"$_`"" }) -join ',')
        }

        ($plan | ConvertTo-Json | ConvertFrom-Json).Resources.Action | Select-Object -Unique | Should -Be 'ToCreate'
        ($stack.Resources[0] | ConvertTo-Json | ConvertFrom-Json).Action | Should -Be 'Created'
        ($forward | ConvertTo-Json | ConvertFrom-Json).State | Should -BeIn 'Listening', 'Connected'
        ($found[0] | ConvertTo-Json | ConvertFrom-Json).Kind | Should -Be "$($found[0].Kind)"
    }

    It 'binds its copies as it binds itself' {
        foreach ($copy in Copy-Object $instance) {
            ($copy | Get-MilvusServiceMonitor).Name | Should -Be $monitor.Name
            ($copy | Enable-MilvusServiceMonitor -WhatIf).Instance | Should -Be $instance.Name
            ($copy | Disable-MilvusServiceMonitor -WhatIf).Instance | Should -Be $instance.Name
            ($copy | Get-MilvusInstance).Name | Should -Be $instance.Name
            ($copy | Enable-MilvusAlertRule -WhatIf)[0].Instance | Should -Be $instance.Name
            ($copy | Disable-MilvusAlertRule -WhatIf)[0].Instance | Should -Be $instance.Name
        }
        foreach ($copy in Copy-Object $stack) {
            ($copy | Grant-PrometheusMilvusAccess).Role | Should -Be $access.Role
            ($copy | Start-MonitoringPortForward Grafana -LocalPort 0 | Stop-MonitoringPortForward -PassThru).Service | Should -Be 'grafana'
            ($copy | Uninstall-KubePrometheus -WhatIf).Resources.Count | Should -Be $stack.Resources.Count
        }
        foreach ($copy in Copy-Object $found[0]) {
            ($copy | Grant-PrometheusMilvusAccess).Role | Should -Be $access.Role
            ($copy | Start-MonitoringPortForward Prometheus | Stop-MonitoringPortForward -WhatIf -PassThru) | Should -BeNullOrEmpty
        }
        foreach ($copy in Copy-Object $access) { ($copy | Revoke-PrometheusMilvusAccess -WhatIf).Role | Should -Be $access.Role }
        foreach ($copy in Copy-Object $monitor) { ($copy | Disable-MilvusServiceMonitor -WhatIf).Action | Should -Be 'ToDelete' }
        foreach ($copy in Copy-Object $receiver) { ($copy | Remove-MilvusAlertReceiver -WhatIf).Action | Should -Be 'ToDelete' }
        (Copy-Object $rules | Disable-MilvusAlertRule -WhatIf)[0].Action | Should -Be 'ToDelete'
        foreach ($copy in Copy-Object $dashboards) { ($copy | Uninstall-MilvusDashboard -WhatIf).Action | Should -Be 'ToDelete' }
        foreach ($copy in Copy-Object $forward) { ($copy | Stop-MonitoringPortForward -WhatIf) 6>&1 | Should -BeNullOrEmpty }
    }
}

Describe 'Views' {
    It '<_> has a table and a list' -ForEach $types {
        $controls = (Get-FormatData "MilvusMonitoring.$_" -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control
        $controls | ForEach-Object { $_.GetType().Name } | Should -Be 'TableControl', 'ListControl'
    }

    It 'keeps what matters at <_> columns' -ForEach 80, 120, 200 {
        $width = $_
        (Get-Lines $stack $_)[0] | Should -Match '^Version +Namespace +Context +Status +Drifted +Objects *$'
        (Get-Lines $stack $_)[2] | Should -Match 'monitoring .* ready +0 \d+: \d+ Created'
        (Get-Lines $monitor $_)[0] | Should -Match '^Namespace +Name +Age +Ready +Action +Instance *$'
        (Get-Lines $monitor $_)[2] | Should -Match '^default +my-release-milvus +\d+s +\d/\d +Created +my-release *$'
        (Get-Lines (Get-MilvusInstance) $_)[2] | Should -Match '^default +my-release +Cluster +deployed +True +Helm +5.0.19 +v2.6.15'
        (Get-Lines $forward $_)[2] | Should -Match "^ *\d+ http://localhost:$($forward.LocalPort)/ +Listening +prometheus-k8s +0 +prom"
        (Get-Lines $plan $_)[2] | Should -Match 'monitoring .* plan +0 \d+: \d+ to create'
        $stack, $stack.Components, $stack.Resources, $monitor, $forward | ForEach-Object { Get-Lines $_ $width } | Where-Object Length -GT $_ | Should -BeNullOrEmpty
    }

    It 'shows a <_> of a script at once, so that an error does not take it away' -ForEach $types {
        $type = "MilvusMonitoring.$_" -as [type]
        $object = $_ -eq 'MonitoringPortForward' ? $forward : $type::new()
        if ($_ -eq 'KubePrometheusStack') { $object.Resources = [MilvusMonitoring.StackResource[]]@() }
        $file = Join-Path $TestDrive "$_.txt"
        { & { $object; throw 'the end of the script' } | Out-File $file } | Should -Throw 'the end of the script'
        Get-Content $file -Raw | Should -Match '(?m)^ *-+ +-+'
    }

    It 'shows nothing of <_> that a terminal or an agent obeys' -ForEach ($types -ne 'MonitoringPortForward') {
        $type = "MilvusMonitoring.$_" -as [type]
        $object = $type::new()
        foreach ($property in $type.GetProperties() | Where-Object { $_.CanWrite -and $_.PropertyType -eq [string] -and $_.Name -ne 'Kubeconfig' }) {
            $object.($property.Name) = "`e[31m`a##vso[task.complete result=Failed]x ##[error]x `n::error::x"
        }
        if ($_ -eq 'KubePrometheusStack') { $object.Resources = [MilvusMonitoring.StackResource[]]@() }
        foreach ($printed in ($object | Out-String -Width 30), ($object | Format-List | Out-String -Width 40), ($object | Format-List * | Out-String), ($object | ConvertTo-Json)) {
            $printed | Should -Match '\[31m'
            $printed -replace '\e\[[0-9;]*m' | Should -Not -Match '[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]|##\w*\[|(?m)^\s*::\w'
        }
    }

    It 'shows what became of a resource first, and its whole name, at <_> columns' -ForEach 80, 120, 200 {
        $lines = Get-Lines @(
            New-Resource @{ Kind = 'CustomResourceDefinition'; Name = 'prometheusrules.monitoring.coreos.com'; Action = [MilvusMonitoring.ResourceAction]::Created; Duration = [timespan]::FromSeconds(0.25) }
            New-Resource @{ Ready = $true }
            New-Resource @{ Drift = 'missing'; DriftStatus = 'missing' }
            New-Resource @{ Drift = 'changed by kubectl-edit'; DriftStatus = 'changed'; Ready = $true }
            New-Resource @{ Action = [MilvusMonitoring.ResourceAction]::Created; Ready = $false; Message = '0 of 1 replicas' }
            New-Resource @{}
        ) $_
        $lines[0] | Should -Match '^Status +Resource +Note *$'
        $lines[2] | Should -Match '^Created +CustomResourceDefinition/prometheusrules.monitorin +0.25 s *$'
        $lines[3] | Should -Match '^ +g.coreos.com *$'
        $lines[4] | Should -Match '^ready +Deployment/monitoring/grafana *$'
        $lines[5] | Should -Match '^missing +Deployment/monitoring/grafana *$'
        $lines[6] | Should -Match '^changed +Deployment/monitoring/grafana +changed by'
        $lines[-2] | Should -Match '^not ready +Deployment/monitoring/grafana +0 of'
        $lines[-1] | Should -Match '^- +Deployment/monitoring/grafana *$'
    }

    It 'lists ages, sizes and labels in words' {
        $list = $monitor, $forward | ForEach-Object { $_ | Format-List | Out-String -Width 300 }
        $list | Should -Match '(?m)^Age +: \d+s\r?$|^Received +: 0 B\r?$'
        $list[0] | Should -Match 'Labels +: .*app.kubernetes.io/name=milvus'
    }

    It 'has no colours in a file' {
        $file = Join-Path $TestDrive 'views.txt'
        Get-KubePrometheus > $file
        Get-MilvusInstance nobody -ErrorAction Continue 2>> $file
        Get-Content $file -Raw | Should -Match 'monitoring'
        Get-Content $file -Raw | Should -Not -Match "`e"
    }

    It 'has no colours where NO_COLOR is set' {
        $env:NO_COLOR = '1'
        try {
            $output = pwsh -NoProfile -NonInteractive -Command "Import-Module '$root/out/MilvusMonitoring'; Get-KubePrometheus; Get-MilvusInstance nobody" 2>&1 | Out-String
        }
        finally {
            $env:NO_COLOR = $null
        }

        $output | Should -Match 'monitoring'
        $output | Should -Not -Match "`e"
    }
}
