using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace MilvusMonitoring.Tests;

/// <summary>A host with nobody in front of it: a question that no test has answered beforehand is an error.</summary>
public sealed class TestHost : PSHost
{
    private readonly TestUserInterface _userInterface = new();

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "TestHost";

    public override PSHostUserInterface UI => _userInterface;

    public override Version Version => new(1, 0);

    /// <summary>The questions that were asked, as <c>caption: message</c>.</summary>
    public IReadOnlyCollection<string> Questions => _userInterface.Questions;

    /// <summary>Answers the next question, such as <c>Yes</c>, <c>No</c> or <c>Yes to All</c>.</summary>
    /// <param name="label">The label of the choice, without its <c>&amp;</c>.</param>
    public void Answer(string label) => _userInterface.Answers.Enqueue(label);

    public override void EnterNestedPrompt() => throw new HostException("A nested prompt was opened in a test.");

    public override void ExitNestedPrompt() => throw new HostException("A nested prompt was closed in a test.");

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode) => throw new HostException("A script called exit in a test.");

    internal string[] TakeLines() => _userInterface.TakeLines();

    private sealed class TestUserInterface : PSHostUserInterface
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private string _line = "";

        public ConcurrentQueue<string> Answers { get; } = new();

        public ConcurrentQueue<string> Questions { get; } = new();

        public override PSHostRawUserInterface? RawUI => null;

        public string[] TakeLines()
        {
            List<string> taken = [];
            while (_lines.TryDequeue(out var line))
            {
                taken.Add(line);
            }

            return [.. taken];
        }

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            Questions.Enqueue($"{caption}: {message}");
            if (!Answers.TryDequeue(out var answer))
            {
                throw Asked(caption, message);
            }

            var labels = choices.Select(choice => choice.Label.Replace("&", "", StringComparison.Ordinal)).ToList();
            var chosen = labels.IndexOf(answer);
            return chosen >= 0 ? chosen : throw new HostException($"'{answer}' is none of: {string.Join(", ", labels)}");
        }

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw Asked(caption, message + string.Join(", ", descriptions.Select(field => field.Name)));

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
            throw Asked(caption, message);

        public override PSCredential PromptForCredential(
            string caption,
            string message,
            string userName,
            string targetName,
            PSCredentialTypes allowedCredentialTypes,
            PSCredentialUIOptions options) => throw Asked(caption, message);

        public override string ReadLine() => throw Asked("ReadLine", "");

        public override SecureString ReadLineAsSecureString() => throw Asked("ReadLineAsSecureString", "");

        public override void Write(string value) => _line += value;

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

        public override void WriteLine(string value)
        {
            _lines.Enqueue(_line + value);
            _line = "";
        }

        // Errors, warnings and the like are read from the streams.
        public override void WriteErrorLine(string value)
        {
        }

        public override void WriteDebugLine(string message)
        {
        }

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override void WriteVerboseLine(string message)
        {
        }

        public override void WriteWarningLine(string message)
        {
        }

        private static HostException Asked(string caption, string message) =>
            new($"A question that no test answers: {caption} {message}");
    }
}
