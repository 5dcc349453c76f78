using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace Demo;

/// <summary>Writes as pwsh does: colours where they are wanted, progress in place on a terminal and nowhere else.</summary>
internal sealed class ConsoleUserInterface : PSHostUserInterface
{
    private readonly Terminal _terminal;
    private readonly ProgressLine _progress;
    private readonly Lock _writing = new();

    public ConsoleUserInterface(Terminal terminal)
    {
        _terminal = terminal;
        _progress = new ProgressLine(terminal);
        RawUI = new ConsoleRawUserInterface(terminal);
    }

    public override PSHostRawUserInterface RawUI { get; }

    public override bool SupportsVirtualTerminal => _terminal.Colours;

    public override void Write(string value)
    {
        lock (_writing)
        {
            _progress.Clear();
            Console.Out.Write(_terminal.Colours ? value : new StringDecorated(value).ToString(OutputRendering.PlainText));
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteErrorLine(string value) => WriteLine(value);

    public override void WriteWarningLine(string message) => WriteStyled(PSStyle.Instance.Formatting.Warning, $"WARNING: {message}");

    public override void WriteVerboseLine(string message) => WriteStyled(PSStyle.Instance.Formatting.Verbose, $"VERBOSE: {message}");

    public override void WriteDebugLine(string message) => WriteStyled(PSStyle.Instance.Formatting.Debug, $"DEBUG: {message}");

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_writing)
        {
            _progress.Show(record);
        }
    }

    /// <summary>A line in a style of <see cref="PSStyle"/>, plain where colours are not wanted.</summary>
    public void WriteStyled(string style, string text) => WriteLine(style + text + PSStyle.Instance.Reset);

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw Unanswered(caption);

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        throw Unanswered(message);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw Unanswered(caption);

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => throw Unanswered(caption);

    public override string ReadLine() => throw Unanswered("ReadLine");

    public override SecureString ReadLineAsSecureString() => throw Unanswered("ReadLineAsSecureString");

    private static HostException Unanswered(string question) => new($"The demo asks nobody: {question}");
}
