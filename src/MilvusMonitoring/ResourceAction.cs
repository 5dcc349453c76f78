namespace MilvusMonitoring;

/// <summary>What a command did to an object, or under <c>-WhatIf</c> would do.</summary>
public enum ResourceAction
{
    /// <summary>The object did not exist and was created.</summary>
    Created,

    /// <summary>The object existed and was changed.</summary>
    Configured,

    /// <summary>The object did not differ from the manifest.</summary>
    Unchanged,

    /// <summary>The object was deleted, or was gone already.</summary>
    Deleted,

    /// <summary>The object was skipped on purpose; its message has the reason.</summary>
    Skipped,

    /// <summary>The work on the object failed; its error has the reason.</summary>
    Failed,
}
