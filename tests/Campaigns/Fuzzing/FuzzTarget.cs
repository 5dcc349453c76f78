namespace MilvusMonitoring.Campaigns.Fuzzing;

/// <summary>Something that reads what others wrote.</summary>
/// <param name="Name">As cases are named by it.</param>
/// <param name="Inputs">How many inputs it is given in the full form.</param>
/// <param name="TryOne">Makes an input up, has it read, and looks at what came out. Any exception but <see cref="MonitoringException"/> is
/// a fault of the reader.</param>
internal sealed record FuzzTarget(string Name, int Inputs, Func<Random, CancellationToken, ValueTask> TryOne)
{
    public FuzzTarget(string name, int inputs, Action<Random> tryOne)
        : this(name, inputs, (random, _) =>
        {
            tryOne(random);
            return ValueTask.CompletedTask;
        })
    {
    }
}

/// <summary>A property that does not hold.</summary>
internal sealed class PropertyException(string message) : Exception(message)
{
    public static void Check(bool holds, Func<string> what)
    {
        if (!holds)
        {
            throw new PropertyException(what());
        }
    }
}
