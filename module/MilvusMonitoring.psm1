# Loads the shared assembly where scripts can name its types, then the cmdlets in a load context of their own,
# so that no other module's YamlDotNet meets ours.
$context = 'MilvusMonitoring.ModuleLoadContext' -as [type]
if (-not $context) {
    $shared = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'MilvusMonitoring.dll')
    $context = [System.Reflection.Assembly]::LoadFrom($shared).GetType('MilvusMonitoring.ModuleLoadContext', $true)
}

Import-Module -Assembly $context::LoadModule() -DisableNameChecking
Export-ModuleMember -Cmdlet *
