using System.Globalization;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Tests;

public sealed class YamlScalarTests
{
    // Expected values are what kubectl 1.32 made of the same scalars (kubectl annotate --local -o json).
    [Theory]
    [InlineData("", "null")]
    [InlineData("~", "null")]
    [InlineData("Null", "null")]
    [InlineData("nULL", "text")]
    [InlineData("True", "true")]
    [InlineData("tRUE", "text")]
    [InlineData("yes", "true")]
    [InlineData("y", "true")]
    [InlineData("N", "false")]
    [InlineData("off", "false")]
    [InlineData("oN", "text")]
    [InlineData("t", "text")]
    [InlineData("00", "0")]
    [InlineData("0777", "511")]
    [InlineData("08", "8", true)]
    [InlineData("0o17", "15")]
    [InlineData("0o8", "text")]
    [InlineData("-0O17", "-15")]
    [InlineData("0x1F", "31")]
    [InlineData("-0X1f", "-31")]
    [InlineData("0x", "text")]
    [InlineData("0xG", "text")]
    [InlineData("0b11", "3")]
    [InlineData("0b12", "text")]
    [InlineData("1_000", "1000")]
    [InlineData("1_", "1")]
    [InlineData("_1", "text")]
    [InlineData("-_1", "-1")]
    [InlineData("+1", "1")]
    [InlineData("-0", "0")]
    [InlineData("9223372036854775808", "9223372036854775808")]
    [InlineData("+9223372036854775808", "9223372036854776000", true)]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("-9223372036854775809", "-9223372036854776000", true)]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("18446744073709551616", "18446744073709552000", true)]
    [InlineData("0x10000000000000000", "text")]
    [InlineData("1.", "1", true)]
    [InlineData(".5", "0.5", true)]
    [InlineData("._5", "text")]
    [InlineData("1e3", "1000", true)]
    [InlineData("1.5E-7", "1.5e-7", true)]
    [InlineData("1e21", "1e+21", true)]
    [InlineData("1e20", "100000000000000000000", true)]
    [InlineData("0.000001", "0.000001", true)]
    [InlineData("4.9e-324", "5e-324", true)]
    [InlineData("123456789.125", "123456789.125", true)]
    [InlineData("1e999", "text")]
    [InlineData("1e", "text")]
    [InlineData("1.2.3", "text")]
    [InlineData("10:30", "text")]
    [InlineData("2001-01-01", "text")]
    [InlineData("2001-01-01T00:00:00Z", "text")]
    [InlineData("0x1p-2", "text")]
    [InlineData("5m", "text")]
    [InlineData("+", "text")]
    [InlineData("--", "text")]
    [InlineData(".", "text")]
    [InlineData(".inf", "not finite")]
    [InlineData("-.INF", "not finite")]
    [InlineData(".NaN", "not finite")]
    [InlineData("NaN", "text")]
    public void A_plain_scalar_is_what_kubectl_takes_it_for(string scalar, string expected, bool isFloat = false)
    {
        var kind = YamlScalar.Resolve(scalar, out var integer, out var number);

        var seen = kind switch
        {
            YamlScalarKind.Integer => integer.ToString(CultureInfo.InvariantCulture),
            YamlScalarKind.Float => GoNumber.ToJson(number),
            YamlScalarKind.NotFinite => "not finite",
            _ => kind.ToString().ToLowerInvariant(),
        };
        Assert.Equal(expected, seen);
        Assert.Equal(isFloat, kind == YamlScalarKind.Float);
    }
}
