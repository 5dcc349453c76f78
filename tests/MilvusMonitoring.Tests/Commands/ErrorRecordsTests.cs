using System.Management.Automation;
using System.Reflection;
using MilvusMonitoring.Commands;

namespace MilvusMonitoring.Tests.Commands;

public sealed class ErrorRecordsTests
{
    [Fact]
    public void Every_error_id_has_a_category_and_is_its_own_name()
    {
        var ids = typeof(ErrorId)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(field => field.Name, field => (string)field.GetValue(null)!);
        Assert.All(ids, id => Assert.Equal(id.Key, id.Value));
        Assert.DoesNotContain(ids.Values, id => ErrorRecords.Category(id) == ErrorCategory.NotSpecified);
    }

    [Fact]
    public void The_id_and_target_are_those_of_the_error()
    {
        var exception = new MonitoringException(ErrorId.PermissionDenied, "Cannot do it: a; b; ask somebody.", "Service/a/b");
        var record = ErrorRecords.From(exception, "fallback");
        Assert.Equal(
            (ErrorId.PermissionDenied, ErrorCategory.PermissionDenied, (object)"Service/a/b"),
            (record.FullyQualifiedErrorId, record.CategoryInfo.Category, record.TargetObject));
        Assert.Same(exception, record.Exception);
    }

    [Fact]
    public void An_exception_of_any_other_type_is_a_fault_of_the_module_that_names_it()
    {
        var exception = new InvalidOperationException("line\nbreak.");
        var record = ErrorRecords.From(exception, "what was worked on");
        Assert.Equal((ErrorId.Unexpected, (object)"what was worked on"), (record.FullyQualifiedErrorId, record.TargetObject));
        Assert.StartsWith("InvalidOperationException: line break; ", record.Exception.Message, StringComparison.Ordinal);
        Assert.Same(exception, record.Exception.InnerException);
    }
}
