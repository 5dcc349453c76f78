using MilvusMonitoring.Commands;

namespace MilvusMonitoring.Tests.Commands;

public sealed class AgentLogTests
{
    [Theory]
    [InlineData("plain: text", "plain: text")]
    [InlineData("100 %; [a]\r\nb", "100 %AZP25%3B [a%5D%0D%0Ab")]
    [InlineData("%3B", "%AZP253B")]
    public void Whatever_would_end_or_change_the_line_is_escaped(string message, string expected)
    {
        Assert.Equal("##vso[task.logissue type=warning]" + expected, AgentLog.FormatLine("warning", null, message));
        Assert.Equal($"##vso[task.logissue type=error;code={expected}]", AgentLog.FormatLine("error", message, ""));
    }
}
