using System.Text;

namespace MilvusMonitoring.Platform;

/// <summary>Writes the command line that has cmd.exe run a batch file, so that each argument arrives as it is.</summary>
/// <remarks>
/// Windows starts a batch file by cmd.exe, which reads the command line by rules of its own: what is no danger to a program may be a second
/// command to cmd.exe. Within double quotes only <c>"</c> and <c>%</c> keep a meaning, and the end of a line ends the command: there is no
/// way to write these that holds for every batch file.
/// </remarks>
internal static class BatchCommand
{
    private const string NoAutoRunExtensionsOnNoDelayedExpansion = "/d /e:on /v:off /s /c ";

    /// <summary>Whether cmd.exe runs a program.</summary>
    public static bool IsBatch(string program) =>
        program.EndsWith(".cmd", StringComparison.OrdinalIgnoreCase) || program.EndsWith(".bat", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the arguments of cmd.exe.</summary>
    /// <exception cref="BatchArgumentException">An argument cannot be written.</exception>
    public static string Write(string program, IEnumerable<string> arguments)
    {
        var line = new StringBuilder(NoAutoRunExtensionsOnNoDelayedExpansion).Append('"');
        foreach (var (text, index) in arguments.Prepend(program).Select((text, index) => (text, index)))
        {
            EnsureWritable(text, index);
            line.Append(index == 0 ? "" : " ").Append('"').Append(text).Append('\\', CountLast(text)).Append('"');
        }

        return line.Append('"').ToString();
    }

    private static void EnsureWritable(string text, int index)
    {
        foreach (var character in text)
        {
            if (character is '"' or '%' || char.IsControl(character))
            {
                throw new BatchArgumentException(index, character);
            }
        }
    }

    // A program that the batch file passes its arguments to takes \" for a quote that belongs to the argument.
    private static int CountLast(string text) => text.Length - text.TrimEnd('\\').Length;
}

/// <summary>An argument that no batch file can receive unchanged.</summary>
/// <param name="index">The place of the argument, from 1; 0 for the path of the batch file.</param>
/// <param name="character">The character that cmd.exe would not leave as it is.</param>
internal sealed class BatchArgumentException(int index, char character)
    : Exception($"{NamePlace(index)} has {NameCharacter(character)}, which cmd.exe passes to no batch file unchanged")
{
    private static string NamePlace(int index) => index == 0 ? "its path" : $"its argument {index}";

    private static string NameCharacter(char character) => char.IsControl(character) ? "a control character" : $"{character}";
}
