namespace MilvusMonitoring.Verification;

/// <summary>Looks at one link of the chain. Only reads.</summary>
internal interface ICheck
{
    /// <summary>One of <see cref="CheckId"/>.</summary>
    string Name { get; }

    /// <summary>What the link is about, as far as that is known before the look.</summary>
    string TargetOf(CheckContext scene);

    /// <summary>Looks, and notes in the scene what later links need.</summary>
    /// <returns>How it is; null where an earlier link has not found what it takes to look.</returns>
    Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken);
}
