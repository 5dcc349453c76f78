namespace MilvusMonitoring;

/// <summary>What became of an object.</summary>
public enum ResourceAction
{
    /// <summary>It was not there and was made.</summary>
    Created,

    /// <summary>It was there and was changed.</summary>
    Configured,

    /// <summary>It was already as wanted.</summary>
    Unchanged,

    /// <summary>It was deleted, or was already gone.</summary>
    Deleted,

    /// <summary>It was left alone on purpose; the resource's message says why.</summary>
    Skipped,

    /// <summary>It could not be brought to the wanted state; the resource's error says why.</summary>
    Failed,
}
