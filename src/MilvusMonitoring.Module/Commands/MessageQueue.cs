using System.Collections.Concurrent;
using System.Diagnostics;

namespace MilvusMonitoring.Commands;

/// <summary>Messages from any thread, which the pipeline thread runs in their order.</summary>
internal sealed class MessageQueue : IDisposable
{
    private readonly BlockingCollection<Message> _messages = [];

    /// <summary>Adds a message.</summary>
    /// <param name="run">What to do on the pipeline thread.</param>
    /// <param name="isOutput">Whether the message writes something: a command that is being stopped may write nothing more.</param>
    public void Post(Action run, bool isOutput)
    {
        try
        {
            _messages.Add(new Message(run, isOutput));
        }
        catch (ObjectDisposedException)
        {
            // The command has ended without this work, which Ctrl+C has left behind.
        }
    }

    /// <summary>Runs messages on the calling thread until a condition holds.</summary>
    /// <param name="isDone">The condition; a message makes it hold.</param>
    /// <param name="patience">How long to wait for a message; null for as long as it takes.</param>
    /// <param name="isStopping">Whether the command may write nothing more.</param>
    /// <param name="giveUp">Ends the loop at once.</param>
    /// <exception cref="OperationCanceledException"><paramref name="giveUp"/> has ended the loop.</exception>
    public void Run(Func<bool> isDone, TimeSpan? patience, Func<bool> isStopping, CancellationToken giveUp)
    {
        var clock = Stopwatch.StartNew();
        while (!isDone())
        {
            var left = patience - clock.Elapsed ?? Timeout.InfiniteTimeSpan;
            if (patience is not null && left <= TimeSpan.Zero || !_messages.TryTake(out var message, (int)left.TotalMilliseconds, giveUp))
            {
                return;
            }

            if (!message.IsOutput || !isStopping())
            {
                message.Run();
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _messages.Dispose();

    private readonly record struct Message(Action Run, bool IsOutput);
}
