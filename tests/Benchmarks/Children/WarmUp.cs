using System.Management.Automation;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>A cmdlet of a module that has nothing to do: importing it compiles what the engine itself needs to import any module.</summary>
[Cmdlet(VerbsDiagnostic.Test, "WarmUp")]
public sealed class WarmUpCommand : PSCmdlet
{
    protected override void ProcessRecord() => WriteObject(true);
}

/// <summary>
/// The module around it, of the same parts as the one that is measured: a manifest, a script, cmdlets from an assembly, a format.
/// </summary>
internal static class WarmUpModule
{
    /// <summary>Writes the module.</summary>
    /// <returns>Its folder.</returns>
    public static string Write(string parent)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, "WarmUp")).FullName;
        File.WriteAllText(Path.Combine(folder, "WarmUp.psd1"), """
            @{
                RootModule = 'WarmUp.psm1'; ModuleVersion = '1.0.0'; GUID = 'c0a3b1a0-2f2b-4f3c-8f6c-4b7c5d0d9e11'
                PowerShellVersion = '7.4'; CompatiblePSEditions = @('Core'); FormatsToProcess = @('WarmUp.Format.ps1xml')
                CmdletsToExport = @('Test-WarmUp'); FunctionsToExport = @(); VariablesToExport = @(); AliasesToExport = @()
            }
            """);
        File.WriteAllText(Path.Combine(folder, "WarmUp.psm1"), $$"""
            try { $assembly = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine('{{AppContext.BaseDirectory}}', 'MilvusMonitoring.Benchmarks.dll')) }
            catch [System.IO.FileLoadException] { throw }
            $cmdlets = Import-Module -Assembly $assembly -DisableNameChecking -PassThru
            $ExecutionContext.SessionState.Module.OnRemove = { Remove-Module -ModuleInfo $cmdlets }
            Export-ModuleMember -Cmdlet *
            """);
        File.WriteAllText(Path.Combine(folder, "WarmUp.Format.ps1xml"), """
            <?xml version="1.0" encoding="utf-8"?>
            <Configuration><ViewDefinitions><View>
              <Name>WarmUp</Name><ViewSelectedBy><TypeName>WarmUp</TypeName></ViewSelectedBy>
              <TableControl><TableHeaders><TableColumnHeader><Label>A</Label></TableColumnHeader></TableHeaders>
                <TableRowEntries><TableRowEntry><TableColumnItems><TableColumnItem><ScriptBlock>$_.A</ScriptBlock></TableColumnItem></TableColumnItems></TableRowEntry></TableRowEntries>
              </TableControl>
            </View></ViewDefinitions></Configuration>
            """);
        return folder;
    }
}
