using MilvusMonitoring.KubePrometheus;

namespace MilvusMonitoring.Commands;

/// <summary>Writes plans, reports and lists.</summary>
internal static class CommandOutputExtensions
{
    /// <summary>Writes objects to the pipeline.</summary>
    public static void Objects(this CommandOutput output, IEnumerable<object> values)
    {
        foreach (var value in values)
        {
            output.Object(value);
        }
    }

    /// <summary>
    /// Writes under <c>-WhatIf</c> a line for each object that would change. <c>ShouldProcess</c> writes the line; its answer is always no
    /// there, and is not used.
    /// </summary>
    public static async Task ShowPlanAsync(this CommandOutput output, IEnumerable<PlannedResource> resources)
    {
        foreach (var resource in resources.Where(resource => resource.IsChange))
        {
            _ = await output.ApproveAsync(resource.Id.ToString(), GetVerb(resource.Action)).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the stack, then the errors: an error preference of Stop must not lose the stack.</summary>
    public static void Report(this CommandOutput output, OperationResult result)
    {
        output.Object(result.Stack);
        foreach (var error in result.Errors)
        {
            output.Error(error, error.Target);
        }
    }

    /// <summary>The verb of an action in a question: <c>Create</c>, <c>Configure</c> or <c>Delete</c>.</summary>
    public static string GetVerb(ResourceAction action) => action switch
    {
        ResourceAction.Created => "Create",
        ResourceAction.Configured => "Configure",
        _ => "Delete",
    };
}
