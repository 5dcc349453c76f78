using System.Management.Automation.Language;

namespace Demo;

/// <summary>One step of the script: a heading from a comment, or the lines of a command.</summary>
/// <param name="Heading">The comment, without its <c>#</c>; null for a command.</param>
/// <param name="Command">The text of the command; null for a heading.</param>
internal sealed record Step(string? Heading, string? Command);

/// <summary>Splits a script into its steps.</summary>
internal static class ScriptShow
{
    /// <summary>Reads a script whose body is a plain list of statements after a <c>param</c> block.</summary>
    /// <exception cref="InvalidDataException">The script does not parse.</exception>
    public static IReadOnlyList<Step> Read(string file)
    {
        var script = Parser.ParseFile(file, out var tokens, out var errors);
        if (errors.Length > 0)
        {
            throw new InvalidDataException($"{file}:{errors[0].Extent.StartLineNumber}: {errors[0].Message}");
        }

        var body = script.ParamBlock?.Extent.EndOffset ?? 0;
        var comments = tokens
            .Where(token => token.Kind == TokenKind.Comment && token.Extent.StartOffset >= body)
            .Where(token => !script.EndBlock.Statements.Any(statement => SharesLine(statement, token)))
            .Select(token => (token.Extent.StartOffset, new Step(token.Text.TrimStart('#', ' '), Command: null)));
        return [.. Commands(script).Concat(comments).OrderBy(step => step.StartOffset).Select(step => step.Item2)];
    }

    private static bool SharesLine(StatementAst statement, Token comment) =>
        statement.Extent.StartLineNumber <= comment.Extent.StartLineNumber
        && comment.Extent.EndLineNumber <= statement.Extent.EndLineNumber;

    /// <summary>The statements; statements on one line are one step.</summary>
    private static IEnumerable<(int StartOffset, Step)> Commands(ScriptBlockAst script)
    {
        var statements = script.EndBlock.Statements;
        var text = script.Extent.Text;
        for (var first = 0; first < statements.Count;)
        {
            var last = first;
            while (last + 1 < statements.Count && statements[last + 1].Extent.StartLineNumber == statements[last].Extent.EndLineNumber)
            {
                last++;
            }

            var start = statements[first].Extent.StartOffset;
            yield return (start, new Step(Heading: null, text[start..statements[last].Extent.EndOffset]));
            first = last + 1;
        }
    }
}
