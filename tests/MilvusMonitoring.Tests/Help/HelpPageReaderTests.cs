using HelpBuilder;

namespace MilvusMonitoring.Tests.Help;

public sealed class HelpPageReaderTests
{
    private const string Page = """
        # Get-Thing

        ## SYNOPSIS
        Gets a thing.

        ## SYNTAX
        ```powershell
        Get-Thing [-Name] <string> [[-Size] <int>] -Place <string> [-Kind <string[]>] [-All] [<CommonParameters>]
        ```

        ## DESCRIPTION
        It gets `one` thing,
        or **several**.

        See [there](https://example.com).

        ## EXAMPLES
        ### Example 1: One
        ```powershell
        Get-Thing one
        # a comment, no heading
        ```
        <!-- needs: the moon -->

        Gets one.

        ## PARAMETERS
        ### -Name
        Which.

        ```yaml
        Aliases: n
        Pipeline: True (ByValue)
        ```

        ## INPUTS
        ### System.String
        Names.

        ## OUTPUTS
        ### System.Object
        The thing.

        ## ERRORS
        - `NoThing`: there is none,
          alas.
        - `TwoThings`: which?

        ## LINKS
        - [Set-Thing](Set-Thing.md)
        """;

    [Fact]
    public void A_table_is_refused_since_Get_Help_would_show_its_source()
    {
        var lines = Page.ReplaceLineEndings("\n")
            .Replace("See [there](https://example.com).", "| a | b |\n|---|---|", StringComparison.Ordinal)
            .Split('\n');
        Assert.Contains(
            "write a list",
            Assert.Throws<HelpPageException>(() => HelpPageReader.Read("page.md", lines)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_of_the_form_is_read_whole()
    {
        var page = Read(Page);

        Assert.Equal("Get-Thing", page.Cmdlet);
        Assert.Equal(["It gets one thing, or several.", "See there."], page.Description);
        Assert.Equal(
            [
                new SyntaxParameter("Name", "string", Required: true, Positional: true),
                new SyntaxParameter("Size", "int", Required: false, Positional: true),
                new SyntaxParameter("Place", "string", Required: true, Positional: false),
                new SyntaxParameter("Kind", "string[]", Required: false, Positional: false),
                new SyntaxParameter("All", Type: null, Required: false, Positional: false),
            ],
            Assert.Single(page.Syntax).Parameters);
        var example = Assert.Single(page.Examples);
        Assert.Equal("Get-Thing one\n# a comment, no heading", example.Code);
        Assert.Equal(["Gets one."], example.Remarks);
        Assert.Equal("the moon", example.Needs);
        var parameter = Assert.Single(page.Parameters);
        Assert.Equal(("Name", "n", "None", "True (ByValue)"), (parameter.Name, parameter.Aliases, parameter.Default, parameter.Pipeline));
        Assert.Equal(["- NoThing: there is none, alas.", "- TwoThings: which?"], page.Errors);
        Assert.Equal([new Link("Set-Thing", "Set-Thing.md")], page.Links);
    }

    [Theory]
    [InlineData("## ERRORS", "## MISTAKES", "page.md(1): error: the sections have to be")]
    [InlineData("### -Name", "### Name", "page.md(28): error: the heading of a parameter is its name")]
    [InlineData("Aliases: n", "Alias: n", "page.md(28): error: 'Alias' is none of")]
    [InlineData("Gets a thing.", "", "page.md(3): error: 'SYNOPSIS' has no text")]
    [InlineData("### Example 1: One", "#### Example 1: One", "page.md(18): error: '#### Example 1: One' is out of place")]
    [InlineData("Get-Thing [-Name]", "Set-Thing [-Name]", "page.md(6): error: a line has to begin with Get-Thing")]
    public void A_page_that_strays_from_the_form_is_refused_with_file_and_line(string from, string to, string expected)
    {
        var fault = Assert.Throws<HelpPageException>(() => Read(Page.Replace(from, to, StringComparison.Ordinal)));

        Assert.StartsWith(expected, fault.Message, StringComparison.Ordinal);
    }

    private static HelpPage Read(string page) => HelpPageReader.Read("page.md", page.Split('\n'));
}
