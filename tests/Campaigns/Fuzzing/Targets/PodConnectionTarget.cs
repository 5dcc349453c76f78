using System.Buffers.Binary;
using System.Net.WebSockets;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>The frames of a port-forward: what is sent as agreed arrives whole, and what is not ends the connection.</summary>
internal static class PodConnectionTarget
{
    private const int MostReads = 100_000;

    public static async ValueTask TryOneAsync(Random random, CancellationToken cancellationToken)
    {
        var frames = new MemoryStream();
        var expected = new List<byte>();
        var refused = Speak(frames, expected, random);
        var bytes = frames.ToArray();
        var isSpoilt = random.Next(2) == 0;
        if (isSpoilt)
        {
            Spoil(ref bytes, random);
        }

        var received = new List<byte>();
        var connection = new PodConnection(
            WebSocket.CreateFromStream(
                new OneWayStream(bytes, random),
                new WebSocketCreationOptions { IsServer = false, KeepAliveInterval = TimeSpan.Zero }),
            new PodAddress("ns", "pod", 1));
        await using (connection.ConfigureAwait(false))
        {
            for (var reads = 0; await connection.ReceiveAsync().ConfigureAwait(false) is { IsEmpty: false } data; reads++)
            {
                PropertyException.Check(reads < MostReads, () => "it does not end");
                received.AddRange(data.Span);
            }
        }

        PropertyException.Check(connection.End != PodEnd.Open, () => "it has ended, and says that it has not");
        PropertyException.Check(!connection.EndText.Contains('\n', StringComparison.Ordinal), () =>
            $"an end of several lines: {connection.EndText}");
        if (!isSpoilt)
        {
            PropertyException.Check(received.SequenceEqual(expected), () =>
                $"{received.Count} bytes arrived of {expected.Count}, or others");
            PropertyException.Check(connection.End == (refused ? PodEnd.Refused : PodEnd.Clean), () =>
                $"the end was {connection.End} ({connection.EndText})");
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Writes what a kubelet may say.</summary>
    /// <returns>Whether it says that there is no connection.</returns>
    private static bool Speak(MemoryStream frames, List<byte> expected, Random random)
    {
        Message(frames, [0, 1, 0], random);
        Message(frames, [1, 1, 0], random);
        var refused = false;
        for (var count = random.Next(6); count > 0; count--)
        {
            switch (random.Next(6))
            {
                case 0:
                    Frame(frames, 9, true, new byte[random.Next(126)]);
                    break;
                case 1:
                    Message(frames, [(byte)random.Next(2, 256), 1, 2, 3], random);
                    break;
                case 2:
                    refused = true;
                    Message(frames, [1, .. "refused\nhere"u8], random);
                    break;
                default:
                    var data = new byte[1 + random.Next(random.Next(4) == 0 ? 70_000 : 300)];
                    random.NextBytes(data);
                    data[0] = 0;
                    expected.AddRange(data.AsSpan(1));
                    Message(frames, data, random);
                    break;
            }
        }

        Frame(frames, 8, true, [3, 232]);
        return refused;
    }

    /// <summary>A message, in one frame or in several.</summary>
    private static void Message(MemoryStream frames, byte[] message, Random random)
    {
        var at = 0;
        var opcode = 2;
        while (random.Next(3) == 0 && at < message.Length)
        {
            var length = random.Next(message.Length - at + 1);
            Frame(frames, opcode, false, message.AsSpan(at, length));
            (opcode, at) = (0, at + length);
        }

        Frame(frames, opcode, true, message.AsSpan(at));
    }

    private static void Frame(MemoryStream frames, int opcode, bool isLast, ReadOnlySpan<byte> payload)
    {
        frames.WriteByte((byte)((isLast ? 0x80 : 0) | opcode));
        Span<byte> length = stackalloc byte[8];
        if (payload.Length < 126)
        {
            frames.WriteByte((byte)payload.Length);
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            frames.WriteByte(126);
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)payload.Length);
            frames.Write(length[..2]);
        }
        else
        {
            frames.WriteByte(127);
            BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)payload.Length);
            frames.Write(length);
        }

        frames.Write(payload);
    }

    private static void Spoil(ref byte[] bytes, Random random)
    {
        for (var count = 1 + random.Next(4); count > 0; count--)
        {
            bytes[random.Next(Math.Min(bytes.Length, 200))] = (byte)random.Next(256);
        }

        bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
