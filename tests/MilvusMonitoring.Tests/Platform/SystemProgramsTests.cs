using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Tests.Platform;

/// <summary>How Windows finds and starts programs, which Linux plays.</summary>
public sealed class SystemProgramsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("plugin", "b/plugin.CMD")]
    [InlineData("tool", "a/tool.EXE")]
    [InlineData("tool.EXE", "a/tool.EXE")]
    [InlineData("plugin-1.2", "b/plugin-1.2.CMD")]
    [InlineData("script", null)]
    public void A_name_is_looked_up_with_the_endings_of_programs_in_folders_with_and_without_quotes(string command, string? expected)
    {
        // npm writes a script without an ending, for other systems, beside its batch file.
        foreach (var file in (string[])["a/plugin", "a/tool.EXE", "b/plugin.CMD", "b/plugin-1.2.CMD", "b/tool.EXE", "b/script"])
        {
            _folder.Write(file, "");
        }

        var programs = Windows(("PATH", $"relative;{_folder.PathOf("a")};\"{_folder.PathOf("b")}\""), ("PATHEXT", ".EXE;.CMD"));

        var full = expected is null ? null : Path.GetFullPath(_folder.PathOf(expected));
        Assert.Equal(full, programs.Find(command));
        Assert.Equal(full, programs.Find(full ?? _folder.PathOf("b/script")));
    }

    [Fact]
    public void A_program_gets_its_arguments_one_by_one()
    {
        var start = Windows().CreateStart(@"C:\bin\tool.exe", ["a b", "\"%PATH%\""]);

        Assert.Equal(@"C:\bin\tool.exe", start.FileName);
        Assert.Equal(["a b", "\"%PATH%\""], start.ArgumentList);
    }

    [Theory]
    [InlineData(@"C:\bin\tool.cmd")]
    [InlineData(@"C:\Program Files\x & y\TOOL.BAT")]
    public void A_batch_file_is_run_by_the_cmd_of_Windows_with_each_argument_in_quotes(string batch)
    {
        string[] arguments = ["get-token", "a b", "", "a&b|c<d>e^f(g)", "!x!", @"C:\folder\", "ünï"];

        var start = Windows(("SystemRoot", "/windows"), ("ComSpec", "/elsewhere/cmd.exe")).CreateStart(batch, arguments);

        Assert.Equal(Path.Combine("/windows", "System32", "cmd.exe"), start.FileName);
        Assert.Equal(
            $"""/d /e:on /v:off /s /c ""{batch}" "get-token" "a b" "" "a&b|c<d>e^f(g)" "!x!" "C:\folder\\" "ünï"" """.TrimEnd(),
            start.Arguments);
    }

    [Theory]
    [InlineData("\" & calc & \"", "its argument 2 has \", which")]
    [InlineData("%PATH%", "its argument 2 has %, which")]
    [InlineData("a\nb", "its argument 2 has a control character, which")]
    [InlineData("a\0b", "its argument 2 has a control character, which")]
    public void What_cmd_would_not_leave_as_it_is_is_refused_without_being_shown(string argument, string reason)
    {
        var refused = Assert.Throws<BatchArgumentException>(() => Windows().CreateStart(@"C:\bin\tool.cmd", ["a", argument]));

        Assert.StartsWith(reason, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(argument, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_file_whose_own_path_cmd_would_change_is_refused() =>
        Assert.StartsWith(
            "its path has %",
            Assert.Throws<BatchArgumentException>(() => Windows().CreateStart(@"C:\50%\tool.cmd", [])).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("Linux", "", false)]
    [InlineData("Linux", "DISPLAY", true)]
    [InlineData("Linux", "WAYLAND_DISPLAY", true)]
    [InlineData("MacOS", "", true)]
    [InlineData("Windows", "", true)]
    public void Only_Linux_tells_by_its_variables_whether_there_is_a_desktop(string system, string variable, bool expected) =>
        Assert.Equal(expected, (Windows((variable, ":0")) with { System = Enum.Parse<SystemKind>(system) }).HasDesktop);

    public void Dispose() => _folder.Dispose();

    private static SystemPrograms Windows(params (string Name, string Value)[] variables) => new(
        SystemKind.Windows,
        variables.ToDictionary(variable => variable.Name, variable => variable.Value).GetValueOrDefault,
        _ => { });
}
