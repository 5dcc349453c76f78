using System.Management.Automation;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HelpBuilder;

namespace MilvusMonitoring.Tests.Help;

/// <summary>The help that the build left, held against the cmdlets themselves.</summary>
public sealed partial class BuiltHelpTests
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";

    private static readonly List<string> s_errorIds = [.. typeof(ErrorId).GetFields().Select(field => field.Name)];

    [Fact]
    public async Task Every_exported_cmdlet_is_explained_with_every_parameter()
    {
        var help = XDocument
            .Load(Path.Combine(BuiltTree.Module, "en-US", "MilvusMonitoring.Module.dll-Help.xml"))
            .Descendants(Command + "command")
            .ToDictionary(
                command => command.Element(Command + "details")!.Element(Command + "name")!.Value,
                command =>
                    command
                        .Element(Command + "parameters")!
                        .Elements()
                        .ToDictionary(
                            parameter => parameter.Element(Maml + "name")!.Value,
                            parameter =>
                                (
                                    Aliases: (string)parameter.Attribute("aliases")!,
                                    Pipeline: (string)parameter.Attribute("pipelineInput")!,
                                    Wildcards: (bool)parameter.Attribute("globbing")!)));
        var cmdlets = await ExportedAsync();

        Assert.Equal(cmdlets.Select(cmdlet => cmdlet.Name).Order(), help.Keys.Order());
        Assert.All(cmdlets, cmdlet =>
            Assert.Equal(
                Own(cmdlet)
                    .ToDictionary(
                        parameter => parameter.Name,
                        parameter =>
                            (Aliases(parameter), Pipeline(parameter), parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any())),
                help[cmdlet.Name]));
    }

    [Fact]
    public async Task The_syntax_of_every_page_is_the_cmdlets_own()
    {
        foreach (var cmdlet in await ExportedAsync())
        {
            var lines = await File.ReadAllLinesAsync(
                Path.Combine(BuiltTree.Root, "docs", cmdlet.Name + ".md"),
                TestContext.Current.CancellationToken);

            Assert.Equal(
                cmdlet.ParameterSets.Select(set => $"{cmdlet.Name} {set}").Order(StringComparer.Ordinal),
                lines.SkipWhile(line => line != "## SYNTAX").Skip(2).TakeWhile(line => line != "```").Order(StringComparer.Ordinal));
            var page = HelpPageReader.Read(cmdlet.Name, lines);
            Assert.All(cmdlet.ParameterSets, set =>
                Assert.Contains(page.Syntax, syntax =>
                    syntax
                        .Parameters.Select(parameter => (parameter.Name, parameter.Required, parameter.Type is null, parameter.Positional))
                        .Order()
                        .SequenceEqual(
                            set.Parameters.Where(parameter => !IsCommon(parameter.Name))
                                .Select(parameter =>
                                    (
                                        parameter.Name,
                                        parameter.IsMandatory,
                                        parameter.ParameterType == typeof(SwitchParameter),
                                        parameter.Position >= 0))
                                .Order())));
        }
    }

    [Fact]
    public async Task The_outputs_of_every_page_are_those_that_the_cmdlet_declares()
    {
        foreach (var cmdlet in await ExportedAsync())
        {
            Assert.Equal(
                cmdlet.OutputType.Select(type => type.Name).Order(StringComparer.Ordinal),
                Page(cmdlet.Name)
                    .Outputs.SelectMany(type => type.Name.Split(", "))
                    .Where(name => name != "None")
                    .Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_errors_of_every_page_are_known_and_the_common_ones_are_among_them()
    {
        foreach (var cmdlet in await ExportedAsync())
        {
            var told = ErrorsOf(Page(cmdlet.Name));

            Assert.Empty(told.Except(s_errorIds));
            Assert.Empty(
                OfEveryCluster.Where(_ => cmdlet.Parameters.ContainsKey("Kubeconfig")).Except(told).Select(id => $"{cmdlet.Name}: {id}"));
            Assert.True(
                !cmdlet.Parameters.ContainsKey("Confirm") || told.Contains(ErrorId.ConfirmationImpossible),
                $"{cmdlet.Name} can ask");
        }
    }

    [Fact]
    public async Task Every_error_is_explained_in_the_topic_of_the_module_and_told_by_a_cmdlet()
    {
        var pages = (await ExportedAsync()).SelectMany(cmdlet => ErrorsOf(Page(cmdlet.Name))).ToHashSet();
        var topic = await File.ReadAllTextAsync(
            Path.Combine(BuiltTree.Module, "en-US", "about_MilvusMonitoring.help.txt"),
            TestContext.Current.CancellationToken);

        // A fault of the module itself can come from anywhere: no page names it.
        Assert.Equal(s_errorIds.Except([ErrorId.Unexpected]).Order(), pages.Order());
        Assert.Equal(s_errorIds.Order(), ErrorLines().Matches(topic).Select(line => line.Groups[1].Value).Order());
    }

    [Fact]
    public async Task The_topic_of_the_module_names_every_cmdlet_and_fits_a_terminal()
    {
        var topic = await File.ReadAllLinesAsync(
            Path.Combine(BuiltTree.Module, "en-US", "about_MilvusMonitoring.help.txt"),
            TestContext.Current.CancellationToken);

        Assert.All(await ExportedAsync(), cmdlet => Assert.Contains(topic, line => line.Contains(cmdlet.Name, StringComparison.Ordinal)));
        Assert.DoesNotContain(topic, line => line.Length > 80);
    }

    [Fact]
    public async Task The_topic_of_permissions_has_the_roles_of_the_page_and_its_text_fits_a_terminal()
    {
        var topic = await File.ReadAllLinesAsync(
            Path.Combine(BuiltTree.Module, "en-US", "about_MilvusMonitoring_Permissions.help.txt"),
            TestContext.Current.CancellationToken);
        var page = await File.ReadAllLinesAsync(
            Path.Combine(BuiltTree.Root, "docs", "permissions.md"),
            TestContext.Current.CancellationToken);

        Assert.Equal(["TOPIC", "    about_MilvusMonitoring_Permissions"], topic.Take(2));
        Assert.Equal(
            page.Where(line => line.Contains("  verbs: [", StringComparison.Ordinal)),
            topic.Where(line => line.Contains("  verbs: [", StringComparison.Ordinal)).Select(line => line[4..]));
        Assert.DoesNotContain(topic, line => line.Length > 80 && !line.Contains("  resources: [", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_README_says_in_one_line_that_there_is_no_telemetry()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(BuiltTree.Root, "README.md"), TestContext.Current.CancellationToken);
        Assert.Single(lines, line => line.Contains("no telemetry", StringComparison.Ordinal));
    }

    private static string[] OfEveryCluster =>
    [
        ErrorId.KubeconfigNotFound, ErrorId.KubeconfigInvalid, ErrorId.ContextNotFound, ErrorId.ParameterInvalid,
        ErrorId.ClusterUnreachable, ErrorId.CertificateNotTrusted, ErrorId.NotAuthenticated, ErrorId.CredentialPluginFailed,
        ErrorId.PermissionDenied, ErrorId.ServerFailed, ErrorId.TimedOut, ErrorId.ResponseInvalid,
    ];

    private static HelpPage Page(string cmdlet) =>
        HelpPageReader.Read(cmdlet, File.ReadAllLines(Path.Combine(BuiltTree.Root, "docs", cmdlet + ".md")));

    /// <summary>The ids before the colon of each item.</summary>
    private static HashSet<string> ErrorsOf(HelpPage page) =>
        [
            .. page.Errors.SelectMany(item =>
                item[..item.IndexOf(':', StringComparison.Ordinal)].Split([' ', ',', '-'], StringSplitOptions.RemoveEmptyEntries)),
        ];

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

    private static IEnumerable<ParameterMetadata> Own(CmdletInfo cmdlet) =>
        cmdlet.Parameters.Values.Where(parameter => !IsCommon(parameter.Name));

    private static bool IsCommon(string name) => Cmdlet.CommonParameters.Contains(name);

    private static string Aliases(ParameterMetadata parameter) =>
        parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases);

    private static string Pipeline(ParameterMetadata parameter)
    {
        var sets = parameter.ParameterSets.Values;
        return sets.Any(set => set.ValueFromPipeline) ? "True (ByValue)"
            : sets.Any(set => set.ValueFromPipelineByPropertyName) ? "True (ByPropertyName)"
            : "False";
    }

    [GeneratedRegex("^    ([A-Z][A-Za-z]+):", RegexOptions.Multiline)]
    private static partial Regex ErrorLines();
}
