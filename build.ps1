<#
.SYNOPSIS
Builds, tests and packs the module; each task is a dotnet command that works without this script too.
.PARAMETER Task
Build: the module, importable, in out/MilvusMonitoring. Docs: only its help, from docs/*.md. Test: every test.
Demo: the commands at work on an embedded cluster. Package: out/MilvusMonitoring.VERSION.nupkg, as the PowerShell Gallery wants it.
Clean: all that a build leaves.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Demo', 'Package', 'Docs', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

$ErrorActionPreference = 'Stop'

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $args failed with exit code $LASTEXITCODE."
    }
}

function Clear-Build {
    Invoke-DotNet clean "$PSScriptRoot/Module.sln" --nologo --verbosity quiet --configuration $Configuration
    Remove-Item "$PSScriptRoot/out" -Recurse -Force -ErrorAction Ignore
}

foreach ($name in $Task) {
    switch ($name) {
        Build { Invoke-DotNet build "$PSScriptRoot/Module.sln" --configuration $Configuration }
        Docs { Invoke-DotNet build "$PSScriptRoot/docs/HelpBuilder" --configuration $Configuration }
        Test { Invoke-DotNet test "$PSScriptRoot/Module.sln" --configuration $Configuration }
        Demo { Invoke-DotNet run --project "$PSScriptRoot/tests/Demo" --configuration $Configuration }
        Package {
            # From an empty folder, so that nothing of an older build gets in.
            Clear-Build
            Invoke-DotNet pack "$PSScriptRoot/src/MilvusMonitoring.Module" --configuration $Configuration
        }
        Clean { Clear-Build }
    }
}
