using System.Globalization;
using System.Management.Automation.Host;

namespace Demo;

/// <summary>A host that shows what a console pwsh would show.</summary>
internal sealed class ConsoleHost(Terminal terminal) : PSHost
{
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "Demo";

    public override PSHostUserInterface UI { get; } = new ConsoleUserInterface(terminal);

    public override Version Version => new(1, 0);

    public override void EnterNestedPrompt() => throw new NotSupportedException("The demo has no nested prompts.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("The demo has no nested prompts.");

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode) => throw new NotSupportedException("The demo ends by itself.");
}
