using HelpBuilder;

// HelpBuilder OUTPUT PAGE...: builds the help of the cmdlets, a Markdown page each, into one MAML file.
try
{
    var pages = args.Skip(1).Order(StringComparer.Ordinal).Select(file => HelpPageReader.Read(file, File.ReadAllLines(file)));
    var help = MamlWriter.Write(pages);
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[0]))!);
    help.Save(args[0]);
    return 0;
}
catch (HelpPageException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
