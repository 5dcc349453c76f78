using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(MilvusMonitoring.Tests.Progress))]
[assembly: MilvusMonitoring.Tests.TellsProgress]

namespace MilvusMonitoring.Tests;

/// <summary>Prints every few seconds how many tests have ended and which run: a run prints nothing else until it ends.</summary>
/// <remarks>The runner prints the messages because of <c>diagnosticMessages</c> in xunit.runner.json.</remarks>
public sealed class Progress : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(8);
    private static readonly ConcurrentDictionary<string, string> s_running = new();
    private static int s_ended;

    private readonly Timer _timer;

    public Progress()
    {
        var context = TestContext.Current;
        _timer = new Timer(_ => context.SendDiagnosticMessage(Describe()), null, s_interval, s_interval);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    internal static void Begin(IXunitTest test) =>
        s_running[test.UniqueID] = $"{test.TestMethod.TestClass.TestClassSimpleName}.{test.TestMethod.MethodName}";

    internal static void End(IXunitTest test)
    {
        s_running.TryRemove(test.UniqueID, out _);
        Interlocked.Increment(ref s_ended);
    }

    private static string Describe() =>
        $"{s_ended} tests have ended, running: {string.Join(", ", s_running.Values.Order(StringComparer.Ordinal))}";
}

/// <summary>Tells <see cref="Progress"/> when a test begins and ends.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class TellsProgressAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => Progress.Begin(test);

    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Progress.End(test);
}
