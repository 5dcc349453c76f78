using HelpBuilder;

// HelpBuilder OUTPUT ADDRESS PAGE...: builds the help of the cmdlets, a Markdown page each, into one MAML file. Get-Help -Online opens the
// pages below ADDRESS; "none" stands for no address.
// HelpBuilder about_NAME.help.txt PAGE: builds a page into a topic.
const string TopicEnd = ".help.txt";
try
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[0]))!);
    if (args[0].EndsWith(TopicEnd, StringComparison.Ordinal))
    {
        var name = Path.GetFileName(args[0])[..^TopicEnd.Length];
        File.WriteAllText(args[0], TopicWriter.Write(name, Section.Read(args[1], File.ReadAllLines(args[1]))));
        return 0;
    }

    var pages = args.Skip(2).Order(StringComparer.Ordinal).Select(file => HelpPageReader.Read(file, File.ReadAllLines(file)));
    var help = MamlWriter.Write(pages, args[1] == "none" ? null : new Uri(args[1]));
    help.Save(args[0]);
    return 0;
}
catch (HelpPageException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
