using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>The frames of one recorded exchange, played on a connection that has become a WebSocket.</summary>
internal sealed class ForwardFrames(
    RawConnection connection,
    ForwardScene scene,
    string pod,
    List<JsonObject> recorded,
    string end,
    Action<string, string, string> compare)
{
    private const string Data = "channel";
    private const int ChannelsOfPort = 2;

    private readonly List<(string Kind, string Text)> _came = [];
    private int _cameBeforeAction;
    private bool _isClosed;
    private bool _hasEnded;

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        var expected = recorded.Where(each => each["from"]!.ToString() == "server").Select(Read).ToList();
        var ports = expected.TakeWhile(IsPort).Count();
        while (_came.Count < ports && !_hasEnded)
        {
            await ReceiveAsync(cancellationToken);
        }

        await PlayOthersAsync(ports, cancellationToken);
        var closes = end.StartsWith("the server closed", StringComparison.Ordinal);
        while (!_hasEnded && (closes || !HasAllOf(expected)))
        {
            await ReceiveAsync(cancellationToken);
        }

        if (!closes)
        {
            // A stream whose pod has answered ends, and the others stay.
            var answered = expected
                .Skip(ports)
                .Where(each => each.Kind.StartsWith(Data, StringComparison.Ordinal))
                .Select(each => each.Kind)
                .Distinct()
                .Count();
            await scene.UntilOpenAsync((ports / ChannelsOfPort) - answered, cancellationToken);
            await SeeThatItIsOpenAsync(cancellationToken);
        }

        // The ports come in frames of their own; what a pod sends is cut as it happens to come.
        compare("ports", Write(expected.Take(ports)), Write(_came.Take(ports)));
        compare("frames", Write(Collapse(ByPort(expected.Skip(ports)))), Write(Collapse(ByPort(_came.Skip(ports)))));
        compare(
            "data after what was done to the pod",
            $"{GoesOn()}",
            $"{_came.Skip(_cameBeforeAction).Any(each => each.Kind.StartsWith(Data, StringComparison.Ordinal)) && _cameBeforeAction > 0}");
        compare("end", closes ? "closed" : "open", _hasEnded ? "closed" : "open");
    }

    private bool GoesOn() => recorded.SkipWhile(each => each["from"]!.ToString() != "recorder").Any(each => each["channel"] is not null);

    private static bool IsPort((string Kind, string Text) frame) =>
        frame.Kind.StartsWith(Data, StringComparison.Ordinal) && frame.Text.StartsWith("0x", StringComparison.Ordinal);

    private bool HasAllOf(List<(string Kind, string Text)> expected)
    {
        var (ours, theirs) = (Collapse(_came), Collapse(expected));
        return ours.Count >= theirs.Count && ours.Sum(each => each.Text.Length) >= theirs.Sum(each => each.Text.Length);
    }

    /// <summary>What the client and the recorder did, each after what came before.</summary>
    private async Task PlayOthersAsync(int ports, CancellationToken cancellationToken)
    {
        var before = 0;
        foreach (var frame in recorded)
        {
            switch (frame["from"]!.ToString())
            {
                case "server":
                    before++;
                    break;
                case "recorder":
                    // A pod that sends by itself is to have begun.
                    while (_came.Count < before && !_hasEnded)
                    {
                        await ReceiveAsync(cancellationToken);
                    }

                    // What is done to a pod ends connections that have reached it.
                    await scene.UntilOpenAsync(ports / ChannelsOfPort, cancellationToken);
                    await scene.ActAsync(pod, frame["text"]!.ToString(), cancellationToken);
                    _cameBeforeAction = _came.Count;
                    break;
                default:
                    if (
                        !recorded
                            .TakeWhile(each => each != frame)
                            .Any(each => each["opcode"]?.ToString() == "close" && each["from"]!.ToString() == "server"))
                    {
                        await SendAsync(frame, cancellationToken);
                    }

                    break;
            }
        }
    }

    private Task SendAsync(JsonObject frame, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes(frame["text"]!.ToString());
        return frame["opcode"]?.ToString() switch
        {
            "ping" => connection.SendAsync(RawFrame.Ping, text, cancellationToken),
            "close" => connection.SendAsync(
                RawFrame.Close,
                (byte[])[(byte)((int)frame["code"]! >> 8), (byte)(int)frame["code"]!, .. text],
                cancellationToken),
            _ => connection.SendAsync(RawFrame.Binary, (byte[])[(byte)(int)frame["channel"]!, .. text], cancellationToken),
        };
    }

    /// <summary>An answer to a ping shows that everything before has been taken in, and that nothing has ended for it.</summary>
    private async Task SeeThatItIsOpenAsync(CancellationToken cancellationToken)
    {
        await connection.SendAsync(RawFrame.Ping, default, cancellationToken);
        var count = _came.Count;
        while (!_hasEnded && _came.Skip(count).All(each => each.Kind != "pong"))
        {
            await ReceiveAsync(cancellationToken);
        }

        if (!_hasEnded)
        {
            _came.RemoveAt(_came.Count - 1);
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        if (await connection.ReceiveAsync(cancellationToken) is not { } frame)
        {
            _hasEnded = true;
            return;
        }

        Assert.False(_isClosed, "a frame came after the close");
        switch (frame.Opcode)
        {
            case RawFrame.Binary:
                var data = frame.Payload[1..];
                var isPort = _came.All(each => each.Kind != Data + $" {frame.Payload[0]}");
                _came.Add((Data + $" {frame.Payload[0]}", isPort ? "0x" + Convert.ToHexString(data) : Encoding.UTF8.GetString(data)));
                break;
            case RawFrame.Close:
                _isClosed = true;
                _came.Add(("close", $"{(frame.Payload[0] << 8) | frame.Payload[1]} {Encoding.UTF8.GetString(frame.Payload[2..])}"));
                break;
            default:
                _came.Add((frame.Opcode == RawFrame.Pong ? "pong" : $"opcode {frame.Opcode}", Encoding.UTF8.GetString(frame.Payload)));
                break;
        }
    }

    private static (string Kind, string Text) Read(JsonObject frame) =>
        frame["opcode"]?.ToString() switch
        {
            "close" => ("close", $"{frame["code"]} {frame["text"]}"),
            "pong" => ("pong", frame["text"]?.ToString() ?? ""),
            _ => (
                Data + $" {frame["channel"]}",
                frame["text"]?.ToString() ?? "0x" + Convert.ToHexString(Convert.FromBase64String(frame["base64"]!.ToString()))),
        };

    /// <summary>Orders frames by their port: what comes of two ports comes in any order. The end comes last.</summary>
    private static IEnumerable<(string Kind, string Text)> ByPort(IEnumerable<(string Kind, string Text)> frames) =>
        frames.OrderBy(frame => frame.Kind.StartsWith(Data, StringComparison.Ordinal)
            ? int.Parse(frame.Kind.AsSpan(Data.Length + 1), CultureInfo.InvariantCulture) / ChannelsOfPort
            : int.MaxValue);

    private static List<(string Kind, string Text)> Collapse(IEnumerable<(string Kind, string Text)> frames)
    {
        var all = new List<(string Kind, string Text)>();
        foreach (var frame in frames)
        {
            if (all is [.., var last] && last.Kind == frame.Kind)
            {
                all[^1] = (last.Kind, last.Text + frame.Text);
            }
            else
            {
                all.Add(frame);
            }
        }

        // How often is a matter of time.
        return [.. all.Select(each => (each.Kind, Regex.Replace(each.Text, $"({ForwardScene.Line})+", ForwardScene.Line)))];
    }

    private static string Write(IEnumerable<(string Kind, string Text)> frames) =>
        string.Join('\n', frames.Select(each => $"{each.Kind}: {each.Text}"));
}
