using System.Management.Automation;
using System.Xml.Linq;
using HelpBuilder;

namespace MilvusMonitoring.Tests.Help;

/// <summary>The help that the build left, held against the cmdlets themselves.</summary>
public sealed class BuiltHelpTests
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";

    [Fact]
    public async Task Every_exported_cmdlet_is_explained_with_every_parameter()
    {
        var help = XDocument.Load(Path.Combine(BuiltTree.Module, "en-US", "MilvusMonitoring.Module.dll-Help.xml")).Descendants(Command + "command").ToDictionary(
            command => command.Element(Command + "details")!.Element(Command + "name")!.Value,
            command => command.Element(Command + "parameters")!.Elements().ToDictionary(
                parameter => parameter.Element(Maml + "name")!.Value,
                parameter => (Aliases: (string)parameter.Attribute("aliases")!, Pipeline: (string)parameter.Attribute("pipelineInput")!)));
        var cmdlets = await ExportedAsync();

        Assert.Equal(cmdlets.Select(cmdlet => cmdlet.Name).Order(), help.Keys.Order());
        Assert.All(cmdlets, cmdlet => Assert.Equal(
            Own(cmdlet).ToDictionary(parameter => parameter.Name, parameter => (Aliases(parameter), Pipeline(parameter))),
            help[cmdlet.Name]));
    }

    [Fact]
    public async Task The_syntax_of_every_page_is_the_cmdlets_own()
    {
        foreach (var cmdlet in await ExportedAsync())
        {
            var lines = await File.ReadAllLinesAsync(Path.Combine(BuiltTree.Root, "docs", cmdlet.Name + ".md"), TestContext.Current.CancellationToken);

            Assert.Equal(
                cmdlet.ParameterSets.Select(set => $"{cmdlet.Name} {set}").Order(StringComparer.Ordinal),
                lines.SkipWhile(line => line != "## SYNTAX").Skip(2).TakeWhile(line => line != "```").Order(StringComparer.Ordinal));
            var page = HelpPageReader.Read(cmdlet.Name, lines);
            Assert.All(cmdlet.ParameterSets, set => Assert.Contains(page.Syntax, syntax => syntax.Parameters
                .Select(parameter => (parameter.Name, parameter.Required, parameter.Type is null, parameter.Positional)).Order()
                .SequenceEqual(set.Parameters.Where(parameter => !IsCommon(parameter.Name))
                    .Select(parameter => (parameter.Name, parameter.IsMandatory, parameter.ParameterType == typeof(SwitchParameter), parameter.Position >= 0)).Order())));
        }
    }

    private static async Task<List<CmdletInfo>> ExportedAsync()
    {
        await using var session = await PowerShellSession.StartAsync();
        var result = await session.InvokeAsync("Get-Command -Module MilvusMonitoring -CommandType Cmdlet");
        return [.. result.EnsureNoError().OutputOf<CmdletInfo>().Select(Resolved)];

        // Parameters are worked out on first use, which has to be while the session is open.
        static CmdletInfo Resolved(CmdletInfo cmdlet)
        {
            _ = cmdlet.ParameterSets.Count + cmdlet.Parameters.Count;
            return cmdlet;
        }
    }

    private static IEnumerable<ParameterMetadata> Own(CmdletInfo cmdlet) => cmdlet.Parameters.Values.Where(parameter => !IsCommon(parameter.Name));

    private static bool IsCommon(string name) => Cmdlet.CommonParameters.Contains(name);

    private static string Aliases(ParameterMetadata parameter) => parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases);

    private static string Pipeline(ParameterMetadata parameter)
    {
        var sets = parameter.ParameterSets.Values;
        return sets.Any(set => set.ValueFromPipeline) ? "True (ByValue)"
            : sets.Any(set => set.ValueFromPipelineByPropertyName) ? "True (ByPropertyName)"
            : "False";
    }
}
