# Loads the shared assembly where scripts can name its types, then the cmdlets in a load context of their own,
# so that no other module's YamlDotNet meets ours. Engine cmdlets only: a bare host has no Add-Type.
$bin = [System.IO.Path]::Combine($PSScriptRoot, 'bin')
try {
    $shared = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($bin, 'MilvusMonitoring.dll'))
    $module = $shared.GetType('MilvusMonitoring.ModuleLoadContext', $true)::LoadModule($bin)
}
catch [System.IO.FileLoadException] {
    throw "Another build of MilvusMonitoring is already loaded in this process, and .NET cannot unload it. Start a new PowerShell session to use the one in '$PSScriptRoot'."
}

$cmdlets = Import-Module -Assembly $module -DisableNameChecking -PassThru

# A forced import would else find the cmdlets' own module still there and export nothing (PowerShell issue 20710).
$ExecutionContext.SessionState.Module.OnRemove = { Remove-Module -ModuleInfo $cmdlets }

Export-ModuleMember -Cmdlet *
