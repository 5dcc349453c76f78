BeforeAll {
    . "$PSScriptRoot/TestCluster.ps1"
    $cluster = Start-TestCluster
    $target = @{ Kubeconfig = $cluster.Kubeconfig }
    $stack = Install-KubePrometheus @target -Path "$PSScriptRoot/../Demo/manifests" -Wait -Timeout 60s

    # As kubectl delete pod does, which may not be on this machine.
    function Remove-Pod($Name) {
        $text = Get-Content $cluster.Kubeconfig -Raw
        $pem = 'client-certificate-data', 'client-key-data' | ForEach-Object { [Text.Encoding]::ASCII.GetString([Convert]::FromBase64String([regex]::Match($text, "${_}: (\S+)").Groups[1].Value)) }
        $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem($pem[0], $pem[1])
        $server = [regex]::Match($text, 'server: (\S+)').Groups[1].Value
        $null = Invoke-RestMethod "$server/api/v1/namespaces/monitoring/pods/$Name" -Method Delete -Certificate $certificate -SkipCertificateCheck
    }

    function Test-PortFree($Port) {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, $Port)
        try { $listener.Start(); $true } catch { $false } finally { $listener.Stop() }
    }
}

AfterAll {
    Stop-MonitoringPortForward -All
    Stop-TestCluster $cluster
}

Describe 'Runspaces' {
    It 'are shown the port-forwards of one another, and stop them' {
        $forward = Start-MonitoringPortForward Prometheus -LocalPort 0 @target
        $module, $id, $kubeconfig = "$root/out/MilvusMonitoring", $forward.Id, $target.Kubeconfig
        $seen = 1, 2 | ForEach-Object -Parallel { Import-Module $using:module; (Get-MonitoringPortForward).LocalPort }
        $seen | Should -Be $forward.LocalPort, $forward.LocalPort
        Start-ThreadJob { Import-Module $using:module; Stop-MonitoringPortForward -Id $using:id } | Receive-Job -Wait -AutoRemoveJob
        Get-MonitoringPortForward | Should -BeNullOrEmpty
        $job = Start-ThreadJob { Import-Module $using:module; (Start-MonitoringPortForward Grafana -LocalPort 0 -Kubeconfig $using:kubeconfig).State }
        $job | Receive-Job -Wait -AutoRemoveJob | Should -Be 'Listening'
        Get-MonitoringPortForward | Should -BeNullOrEmpty
    }
}

Describe 'Start-MonitoringPortForward' {
    It 'opens Prometheus and Grafana, outlives a pod, and leaves the ports free' {
        $prometheus, $grafana = $stack | Start-MonitoringPortForward -LocalPort 0
        (Invoke-RestMethod "$($grafana.Url)api/health").database | Should -Be ok

        Remove-Pod $grafana.Pod
        for ($try = 0; $try -lt 200 -and ($grafana.OpenConnections -or -not $grafana.Pod); $try++) { Start-Sleep -Milliseconds 50 }
        (Invoke-RestMethod "$($grafana.Url)api/health").database | Should -Be ok
        $grafana.Reconnects | Should -BeGreaterThan 0

        Get-MonitoringPortForward | Stop-MonitoringPortForward
        Get-MonitoringPortForward | Should -BeNullOrEmpty
        Test-PortFree $prometheus.LocalPort | Should -BeTrue
        Test-PortFree $grafana.LocalPort | Should -BeTrue
    }

    It 'leads to a real Prometheus' {
        if (-not (Get-Command prometheus -ErrorAction Ignore)) {
            Set-ItResult -Skipped -Because 'prometheus is not on PATH'
            return
        }

        $prometheus = $stack | Start-MonitoringPortForward Prometheus -LocalPort 0
        (Invoke-RestMethod "$($prometheus.Url)api/v1/targets?state=active").status | Should -Be success
        Invoke-RestMethod $prometheus.Url | Should -Match '<title>'
        $prometheus | Stop-MonitoringPortForward
    }

    It 'says who has the port' {
        $first = $stack | Start-MonitoringPortForward Grafana -LocalPort 0
        $thrown = { $stack | Start-MonitoringPortForward Prometheus -LocalPort $first.LocalPort -ErrorAction Stop } | Should -Throw -PassThru
        $thrown.FullyQualifiedErrorId | Should -BeLike 'PortNotAvailable,*'
        $thrown.Exception.Message | Should -BeLike '*give another -LocalPort*'
        $first | Stop-MonitoringPortForward
    }

    It 'is a table of 120 columns on the screen' {
        $forward = $stack | Start-MonitoringPortForward Grafana -LocalPort 0
        $lines = ($forward | Out-String -Width 120) -split '\r?\n'
        $lines | Where-Object Length -GT 120 | Should -BeNullOrEmpty
        $lines -match "http://localhost:$($forward.LocalPort)/ +Listening +grafana +0 +grafana-\S+" | Should -Not -BeNullOrEmpty
        $forward | Stop-MonitoringPortForward
    }
}
