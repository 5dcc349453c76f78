namespace HelpBuilder;

/// <summary>The help of one cmdlet, as its Markdown page tells it.</summary>
internal sealed record HelpPage(
    string Cmdlet,
    string Synopsis,
    IReadOnlyList<SyntaxLine> Syntax,
    IReadOnlyList<string> Description,
    IReadOnlyList<Example> Examples,
    IReadOnlyList<ParameterHelp> Parameters,
    IReadOnlyList<TypeHelp> Inputs,
    IReadOnlyList<TypeHelp> Outputs,
    IReadOnlyList<string> Errors,
    IReadOnlyList<Link> Links);

/// <summary>One way to call the cmdlet.</summary>
internal sealed record SyntaxLine(IReadOnlyList<SyntaxParameter> Parameters);

/// <summary>A parameter in a line of syntax.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The name of its type; null for a switch.</param>
/// <param name="Required">Whether it has to be given.</param>
/// <param name="Positional">Whether its value may stand without its name.</param>
internal sealed record SyntaxParameter(string Name, string? Type, bool Required, bool Positional);

/// <summary>A titled example: code, then what it does.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Code">What to type.</param>
/// <param name="Remarks">What it does.</param>
/// <param name="Needs">What not every machine has, from a comment that readers do not see: <c>&lt;!-- needs: internet --&gt;</c>; null
/// where nothing.</param>
internal sealed record Example(string Title, string Code, IReadOnlyList<string> Remarks, string? Needs);

/// <summary>What a parameter is for.</summary>
internal sealed record ParameterHelp(
    string Name,
    IReadOnlyList<string> Description,
    string Aliases,
    string Default,
    string Pipeline,
    bool Wildcards);

/// <summary>A type that goes in or comes out.</summary>
internal sealed record TypeHelp(string Name, IReadOnlyList<string> Description);

/// <summary>A related topic.</summary>
internal sealed record Link(string Text, string Address);

/// <summary>A page that does not follow the form, with its file and line.</summary>
internal sealed class HelpPageException(string file, int line, string message) : Exception($"{file}({line}): error: {message}");
