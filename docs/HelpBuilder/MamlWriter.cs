using System.Globalization;
using System.Xml.Linq;

namespace HelpBuilder;

/// <summary>Writes pages in the form that <c>Get-Help</c> reads.</summary>
internal static class MamlWriter
{
    private static readonly XNamespace Help = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Puts the help of several cmdlets into one document.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="address">The folder of the pages on the web, with a slash at its end; null if it has none.</param>
    public static XDocument Write(IEnumerable<HelpPage> pages, Uri? address) => new(
        new XElement(
            Help + "helpItems",
            new XAttribute("schema", "maml"),
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            pages.Select(page => Page(page, address))));

    private static XElement Page(HelpPage page, Uri? address) =>
        new(
            Command + "command",
            new XElement(
                Command + "details",
                new XElement(Command + "name", page.Cmdlet),
                new XElement(Command + "verb", page.Cmdlet.Split('-')[0]),
                new XElement(Command + "noun", page.Cmdlet.Split('-')[^1]),
                Description([page.Synopsis])),
            Description(page.Description),
            new XElement(Command + "syntax", page.Syntax.Select(line => Syntax(page, line))),
            new XElement(Command + "parameters", page.Parameters.Select(parameter => Parameter(page, parameter))),
            new XElement(
                Command + "inputTypes",
                page.Inputs.Select(type => new XElement(Command + "inputType", Type(type.Name), Description(type.Description)))),
            new XElement(
                Command + "returnValues",
                page.Outputs.Select(type => new XElement(Command + "returnValue", Type(type.Name), Description(type.Description)))),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(["Errors:", .. page.Errors]))),
            new XElement(Command + "examples", page.Examples.Select(Example)),
            new XElement(Command + "relatedLinks", Online(page, address), page.Links.Select(Link)));

    /// <summary>The first link with an address is the one that <c>Get-Help -Online</c> opens, and the command's <c>HelpUri</c>.</summary>
    private static XElement? Online(HelpPage page, Uri? address) =>
        address is null ? null : Link(new Link("Online version", new Uri(address, page.Cmdlet + ".md").AbsoluteUri));

    private static XElement Syntax(HelpPage page, SyntaxLine line)
    {
        var position = 0;
        return new XElement(
            Command + "syntaxItem",
            new XElement(Maml + "name", page.Cmdlet),
            line.Parameters.Select(parameter => Parameter(
                parameter,
                parameter.Positional ? position++.ToString(CultureInfo.InvariantCulture) : "named",
                page.Parameters.FirstOrDefault(help => help.Name == parameter.Name))));
    }

    private static XElement Parameter(HelpPage page, ParameterHelp help)
    {
        var lines = page.Syntax.SelectMany(line => line.Parameters.Where(parameter => parameter.Name == help.Name)).ToList();
        var first = lines.FirstOrDefault() ?? new SyntaxParameter(help.Name, Type: null, Required: false, Positional: false);
        var position = page
            .Syntax.Select(line =>
                line.Parameters.Where(parameter => parameter.Positional).ToList().FindIndex(parameter => parameter.Name == help.Name))
            .FirstOrDefault(index => index >= 0, -1);
        return Parameter(first with { Required = lines.All(line => line.Required) && lines.Count == page.Syntax.Count },
            position < 0 ? "named" : position.ToString(CultureInfo.InvariantCulture), help);
    }

    private static XElement Parameter(SyntaxParameter parameter, string position, ParameterHelp? help) =>
        new(
            Command + "parameter",
            new XAttribute("required", parameter.Required ? "true" : "false"),
            new XAttribute("variableLength", "false"),
            new XAttribute("globbing", help?.Wildcards == true ? "true" : "false"),
            new XAttribute("pipelineInput", help?.Pipeline ?? "False"),
            new XAttribute("position", position),
            new XAttribute("aliases", help?.Aliases ?? "none"),
            new XElement(Maml + "name", parameter.Name),
            Description(help?.Description ?? []),
            parameter.Type is null
                ? null
                : new XElement(
                    Command + "parameterValue",
                    new XAttribute("required", "true"),
                    new XAttribute("variableLength", "false"),
                    parameter.Type),
            Type(parameter.Type ?? "SwitchParameter"),
            new XElement(Dev + "defaultValue", help?.Default ?? "None"));

    private static XElement Example(Example example) => new(
        Command + "example",
        new XElement(Maml + "title", $"------------ {example.Title} ------------"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", Paragraphs([.. example.Remarks, "", ""])));

    private static XElement Link(Link link) => new(
        Maml + "navigationLink",
        new XElement(Maml + "linkText", link.Text),
        new XElement(Maml + "uri", link.Address.Contains("://", StringComparison.Ordinal) ? link.Address : ""));

    private static XElement Type(string name) => new(Dev + "type", new XElement(Maml + "name", name));

    private static XElement Description(IEnumerable<string> paragraphs) => new(Maml + "description", Paragraphs(paragraphs));

    private static IEnumerable<XElement> Paragraphs(IEnumerable<string> paragraphs) =>
        paragraphs.Select(text => new XElement(Maml + "para", text));
}
