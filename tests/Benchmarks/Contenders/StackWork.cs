namespace MilvusMonitoring.Benchmarks.Contenders;

/// <summary>What is to be done, in this order.</summary>
internal enum StackWork
{
    /// <summary>Nothing is there yet.</summary>
    Install,

    /// <summary>Everything is there as it should be.</summary>
    InstallAgain,

    /// <summary>One object was changed by somebody else.</summary>
    RepairDrift,

    /// <summary>Everything goes.</summary>
    Uninstall,
}
