using System.Text;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Tests.Servers;

public sealed class PrometheusAnswersTests
{
    [Theory]
    [InlineData("""{"status":"success"}""")]
    [InlineData("""{"status":"\ud800","data":{}}""")]
    [InlineData("<html>")]
    [InlineData("[]")]
    public void What_is_no_answer_of_Prometheus_is_an_error_that_says_so(string body)
    {
        var error = Assert.Throws<MonitoringException>(() => PrometheusAnswers.GetData(Encoding.UTF8.GetBytes(body), "http://somewhere"));
        Assert.Equal(ErrorId.ResponseInvalid, error.ErrorId);
    }
}
