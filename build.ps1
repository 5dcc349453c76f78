<#
.SYNOPSIS
Builds, tests and packs the module; each task is a dotnet command that works without this script too.
.PARAMETER Task
Build: the module, importable, in out/MilvusMonitoring. Docs: only its help, from docs/*.md. Test: every test.
Demo: the commands at work on an embedded cluster. Package: out/MilvusMonitoring.VERSION.nupkg, as the PowerShell Gallery wants it.
Clean: all that a build leaves.
.PARAMETER Configuration
Without it: Release for Package, Debug for the others, as with dotnet itself.
.PARAMETER ProjectUri
Where the project lives, for the manifest in the package.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Demo', 'Package', 'Docs', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration,

    [uri] $ProjectUri
)

$ErrorActionPreference = 'Stop'
$chosen = if ($Configuration) { '--configuration', $Configuration }
$place = if ($ProjectUri) { "-p:ProjectUrl=$ProjectUri" }

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $args failed with exit code $LASTEXITCODE."
    }
}

function Clear-Build {
    Invoke-DotNet clean "$PSScriptRoot/Module.sln" --nologo --verbosity quiet @chosen
    Remove-Item "$PSScriptRoot/out" -Recurse -Force -ErrorAction Ignore
}

foreach ($name in $Task) {
    switch ($name) {
        Build { Invoke-DotNet build "$PSScriptRoot/Module.sln" @chosen }
        Docs { Invoke-DotNet build "$PSScriptRoot/docs/HelpBuilder" @chosen }
        Test { Invoke-DotNet test "$PSScriptRoot/Module.sln" @chosen }
        Demo { Invoke-DotNet run --project "$PSScriptRoot/tests/Demo" @chosen }
        Package { Invoke-DotNet pack "$PSScriptRoot/src/MilvusMonitoring.Module" @chosen @place }
        Clean { Clear-Build }
    }
}
