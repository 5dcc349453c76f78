using System.Management.Automation;

namespace Demo;

/// <summary>The newest progress record, kept on the last line of a terminal; silent anywhere else.</summary>
internal sealed class ProgressLine(Terminal terminal)
{
    private bool _shown;

    public void Show(ProgressRecord record)
    {
        if (!terminal.Interactive)
        {
            return;
        }

        Clear();
        if (record.RecordType == ProgressRecordType.Completed)
        {
            return;
        }

        var percent = record.PercentComplete >= 0 ? $" {record.PercentComplete}%" : "";
        var line = $"{record.Activity}{percent}: {record.StatusDescription}";
        Console.Out.Write(line.Length < terminal.Width ? line : line[..(terminal.Width - 1)]);
        _shown = true;
    }

    /// <summary>Takes the line away before something else is written.</summary>
    public void Clear()
    {
        if (_shown)
        {
            Console.Out.Write("\r" + new string(' ', terminal.Width - 1) + "\r");
            _shown = false;
        }
    }
}
