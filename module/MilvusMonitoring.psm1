# Loads the shared assembly into the default load context, so that scripts can name its types. Loads the cmdlets into
# a separate load context, so that another module's YamlDotNet does not conflict. Uses only engine cmdlets: a bare host has no Add-Type.
$bin = [System.IO.Path]::Combine($PSScriptRoot, 'bin')
try {
    $shared = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($bin, 'MilvusMonitoring.dll'))
    $module = $shared.GetType('MilvusMonitoring.ModuleLoadContext', $true)::LoadModule($bin)
}
catch [System.IO.FileLoadException] {
    throw "Another build of MilvusMonitoring is already loaded in this process, and .NET cannot unload it. Start a new PowerShell session to use the one in '$PSScriptRoot'."
}

$cmdlets = Import-Module -Assembly $module -DisableNameChecking -PassThru

# Without this, Import-Module -Force finds the cmdlets' module still loaded and exports nothing (PowerShell issue 20710).
$ExecutionContext.SessionState.Module.OnRemove = { Remove-Module -ModuleInfo $cmdlets }

Export-ModuleMember -Cmdlet *
