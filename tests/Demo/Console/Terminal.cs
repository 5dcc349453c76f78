namespace Demo;

/// <summary>What there is to write to: a terminal in colour, a terminal without, or a file or pipe.</summary>
/// <param name="Interactive">Whether somebody watches, so that progress can be shown in place.</param>
/// <param name="Colours">Whether escape sequences are understood and wanted.</param>
/// <param name="Width">Columns for tables.</param>
internal sealed record Terminal(bool Interactive, bool Colours, int Width)
{
    private const int WidthOfFiles = 120;

    /// <summary>Looks at stdout and at <c>NO_COLOR</c>, which counts when it is there and not empty.</summary>
    public static Terminal Detect()
    {
        var interactive = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        var colours = interactive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal(interactive, colours, interactive && Console.WindowWidth > 0 ? Console.WindowWidth : WidthOfFiles);
    }
}
