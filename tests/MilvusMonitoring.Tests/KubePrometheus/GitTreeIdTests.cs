using System.Text;
using MilvusMonitoring.KubePrometheus.Releases;

namespace MilvusMonitoring.Tests;

public sealed class GitTreeIdTests
{
    // What git write-tree says of these files. The folder sorts as "a/", behind "a-b" and "a.yaml".
    [Fact]
    public void The_id_is_the_one_that_git_gives() =>
        Assert.Equal(
            "7b8ff7acc0604b47314a987ab1c711bf50083669",
            GitTreeId.Compute(Files(("a/x.yaml", "x\n"), ("a.yaml", "dot\n"), ("b.yaml", ""), ("a-b", "dash\n"))));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "a/b")]
    public void A_file_that_stands_twice_is_refused(string first, string second) =>
        Assert.ThrowsAny<ArgumentException>(() => GitTreeId.Compute(Files((first, "1"), (second, "2"))));

    private static IReadOnlyList<(string Path, byte[] Id)> Files(params (string Path, string Content)[] files) =>
        [.. files.Select(file => (file.Path, GitTreeId.ComputeFile(Encoding.UTF8.GetBytes(file.Content))))];
}
