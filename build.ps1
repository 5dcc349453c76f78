<#
.SYNOPSIS
Builds, tests and packs the module. Each task is a dotnet command; without this script, run that command.
.PARAMETER Task
Build: builds the solution and leaves the module in out/MilvusMonitoring.
Docs: builds only the help, from docs/*.md.
Test: runs all tests.
Demo: runs the commands on a cluster inside one process.
Package: packs out/MilvusMonitoring.VERSION.nupkg for the PowerShell Gallery.
Clean: removes everything that a build leaves.
.PARAMETER Configuration
The default is the default of dotnet: Release for Package, Debug for the other tasks.
.PARAMETER ProjectUri
The address of the project. Package writes it into the manifest and the README of the package.
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
        Demo { Invoke-DotNet run -v minimal --project "$PSScriptRoot/tests/Demo" @chosen }
        Package { Invoke-DotNet pack "$PSScriptRoot/src/MilvusMonitoring.Module" @chosen @place }
        Clean { Clear-Build }
    }
}
