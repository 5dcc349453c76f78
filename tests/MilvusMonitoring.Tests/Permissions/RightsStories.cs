using System.Text;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>
/// What docs/permissions.md says, on any cluster: with its rules a command does all that it does for an administrator, and without any one
/// of them it fails or says less.
/// </summary>
public abstract class RightsStories : ClusterStories
{
    [Fact]
    public async Task Commands_on_a_stack_need_their_rules_and_nothing_else()
    {
        await using var stage = await PermissionStage.FillAsync(await StartAsync(StartingPoint.Stack));
        await PlayAsync(stage, RightsPlays.OnStack);
    }

    [Fact]
    public async Task Commands_that_make_a_stack_need_their_rules_and_nothing_else()
    {
        await using var stage = await PermissionStage.WriteStacksAsync(await StartAsync(StartingPoint.NoStack));
        await PlayAsync(stage, RightsPlays.OnKinds);
    }

    /// <summary>Whether a right can be shown to be needed here.</summary>
    private protected abstract bool CanShow(Proof proof);

    private async Task PlayAsync(PermissionStage stage, IReadOnlyList<RightsPlay> plays)
    {
        var holders = new RightsHolders(stage.Stage, stage.Admin);
        var commands = plays.Select(play => play.Command).Distinct().Select(CommandTable.Get).ToList();
        foreach (var command in commands)
        {
            holders.Add(NameOf(command), command.List());
            foreach (var right in ListShown(command))
            {
                holders.Add(NameOf(command, right), command.List().Where(other => other != right));
            }
        }

        var faults = new StringBuilder();
        await holders.WriteAsync();
        try
        {
            foreach (var command in commands)
            {
                await PlayAsync(stage, holders, command, [.. plays.Where(play => play.Command == command.Command)], faults);
            }
        }
        finally
        {
            await holders.RemoveAsync();
        }

        Assert.True(faults.Length == 0, faults.ToString());
    }

    private async Task PlayAsync(
        PermissionStage stage,
        RightsHolders holders,
        CommandRights command,
        IReadOnlyList<RightsPlay> plays,
        StringBuilder faults)
    {
        var needed = new HashSet<Right>();
        foreach (var play in plays)
        {
            await stage.PrepareAsync(play, null);
            var expected = await stage.RunAsync(play.Script);
            await stage.PrepareAsync(play, null);
            var full = await stage.RunAsync(play.Script, holders.WriteKubeconfig(NameOf(command)));
            if (full != expected)
            {
                faults.Append($"{play.Script} with its rules says\n{FirstOther(full, expected)}\nand for an administrator\n")
                    .Append($"{FirstOther(expected, full)}\n");
                continue;
            }

            foreach (var right in ListShown(command).Where(right => play.MayShow(right) && !needed.Contains(right)))
            {
                await stage.PrepareAsync(play, right);
                var less = await stage.RunAsync(play.Script, holders.WriteKubeconfig(NameOf(command, right)));
                if (play.RemovesIn is null ? less != expected : less.Contains("error ", StringComparison.Ordinal))
                {
                    needed.Add(right);
                }
            }
        }

        foreach (var right in ListShown(command).Where(right => !needed.Contains(right)))
        {
            faults.Append($"{command.Command} does not need: {right}\n");
        }
    }

    /// <summary>Where one text differs from another, with what stands before.</summary>
    private static string FirstOther(string text, string than)
    {
        const int Before = 150;
        const int Shown = 500;
        var at = text.Zip(than).TakeWhile(pair => pair.First == pair.Second).Count();
        var start = Math.Max(0, at - Before);
        return text.Substring(start, Math.Min(Shown, text.Length - start));
    }

    private IEnumerable<Right> ListShown(CommandRights command) =>
        command.Rows.Where(row => CanShow(row.Needs)).SelectMany(row => row.List()).Distinct();

    private static string NameOf(CommandRights command) => "all-of-" + command.Command.Replace(' ', '.');

    private static string NameOf(CommandRights command, Right without) =>
        $"{command.Command.Replace(' ', '.')}-less-{command.List().ToList().IndexOf(without)}";
}
