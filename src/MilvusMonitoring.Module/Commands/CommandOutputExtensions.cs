using MilvusMonitoring.KubePrometheus;

namespace MilvusMonitoring.Commands;

/// <summary>Shows plans and reports of a stack.</summary>
internal static class CommandOutputExtensions
{
    /// <summary>Says, under <c>-WhatIf</c>, what would become of each object that would change.</summary>
    public static async Task ShowPlanAsync(this CommandOutput output, IEnumerable<PlannedResource> resources)
    {
        foreach (var resource in resources.Where(resource => resource.IsChange))
        {
            await output.ApproveAsync(resource.Id.ToString(), VerbOf(resource.Action)).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the stack first, so that it is there whatever the error preference is, then the errors.</summary>
    public static void Report(this CommandOutput output, OperationReport report)
    {
        output.Object(report.Stack);
        foreach (var error in report.Errors)
        {
            output.Error(error, error.Target);
        }
    }

    private static string VerbOf(ResourceAction action) => action switch
    {
        ResourceAction.Created => "Create",
        ResourceAction.Configured => "Configure",
        _ => "Delete",
    };
}
