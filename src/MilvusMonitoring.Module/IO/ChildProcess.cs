using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.IO;

/// <summary>
/// A program that runs without a shell. Both of its outputs are read while it runs. Disposing kills a program that has not come to its end,
/// and all that it has started. What a program leaves behind after its end is meant to stay, as a cache of tokens is.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly SystemPrograms _programs;
    private readonly StringBuilder _errors = new();
    private bool _hasEnded;

    private ChildProcess(Process process, SystemPrograms programs) => (_process, _programs) = (process, programs);

    /// <summary>The end of what the program has written to standard error so far, by line.</summary>
    public IReadOnlyList<string> ErrorLines
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="programs">How programs are ended.</param>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public static ChildProcess Start(ProcessStartInfo start, SystemPrograms programs)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        return new ChildProcess(Process.Start(start)!, programs);
    }

    /// <summary>Writes the input, reads both outputs to their ends and waits for the exit.</summary>
    /// <param name="input">The standard input; null for none.</param>
    /// <param name="outputLimit">The most bytes of standard output that are kept.</param>
    /// <param name="dropsMore">Whether more output is read and dropped, which lets the program come to its end.</param>
    /// <exception cref="InvalidDataException">The program has written more than the limit, and more must not be dropped.</exception>
    public async Task<(int ExitCode, ReadOnlyMemory<byte> Output)> RunAsync(
        string? input,
        int outputLimit,
        bool dropsMore,
        CancellationToken cancellationToken)
    {
        var reading = ReadOutputAsync(outputLimit, dropsMore, cancellationToken);
        var errors = ReadErrorsAsync(cancellationToken);
        reading.ObserveError();
        errors.ObserveError();
        await WriteInputAsync(input, cancellationToken).ConfigureAwait(false);
        var output = await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(errors, _process.WaitForExitAsync(cancellationToken)).WaitAsync(cancellationToken).ConfigureAwait(false);
        _hasEnded = true;
        return (_process.ExitCode, output);
    }

    /// <inheritdoc cref="SystemPrograms.Terminate" />
    public void Terminate() => _programs.Terminate(_process);

    public void Dispose()
    {
        try
        {
            if (!_hasEnded)
            {
                _programs.Kill(_process);
            }
        }
        catch (Exception exception)
            when (exception is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // The program has ended already, or belongs to another user.
            Debug.WriteLine(exception);
        }

        _process.Dispose();
    }

    private async Task WriteInputAsync(string? input, CancellationToken cancellationToken)
    {
        var writer = _process.StandardInput;
        try
        {
            await using (writer.ConfigureAwait(false))
            {
                await writer.WriteAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException exception)
        {
            // The program has ended without reading its input. Its exit code and standard error say why.
            Debug.WriteLine(exception);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadOutputAsync(int limit, bool dropsMore, CancellationToken cancellationToken)
    {
        var stream = _process.StandardOutput.BaseStream;
        var output = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            var room = limit - (int)output.Length;
            if (read > room && !dropsMore)
            {
                throw new InvalidDataException($"The output is longer than {limit} bytes.");
            }

            output.Write(buffer, 0, Math.Min(read, room));
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    // Reads blocks and not lines: a program that waits at a prompt has written no line break.
    private async Task ReadErrorsAsync(CancellationToken cancellationToken)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await _process.StandardError.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            lock (_errors)
            {
                _errors.Append(buffer, 0, read);
                _errors.Remove(0, Math.Max(0, _errors.Length - Bounds.ProgramErrors.Limit));
            }
        }
    }
}
