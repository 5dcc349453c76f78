namespace MilvusMonitoring;

/// <summary>What a command did to an object, or under <c>-WhatIf</c> would do.</summary>
/// <remarks><c>ConvertTo-Json</c> writes the number of an enum, but the word if the enum is a long.</remarks>
public enum ResourceAction : long
{
    /// <summary>The object did not exist and was created.</summary>
    Created,

    /// <summary>The object existed and was changed.</summary>
    Configured,

    /// <summary>The object does not differ from the manifest.</summary>
    Unchanged,

    /// <summary>The object was deleted, or was gone already.</summary>
    Deleted,

    /// <summary>The object is skipped on purpose; its message has the reason.</summary>
    Skipped,

    /// <summary>The work on the object failed; its error has the reason.</summary>
    Failed,

    /// <summary>In a plan: the object does not exist and would be created.</summary>
    ToCreate,

    /// <summary>In a plan: the object exists and would be changed.</summary>
    ToConfigure,

    /// <summary>In a plan: the object would be deleted.</summary>
    ToDelete,
}
