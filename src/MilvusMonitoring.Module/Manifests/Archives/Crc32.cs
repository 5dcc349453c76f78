namespace MilvusMonitoring.Manifests.Archives;

/// <summary>The checksum of zip entries. .NET 8 does not verify it.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => ComputeRemainder((uint)value))];

    /// <summary>Computes the CRC-32 of zip and gzip.</summary>
    public static uint Compute(ReadOnlySpan<byte> content)
    {
        var checksum = uint.MaxValue;
        foreach (var value in content)
        {
            checksum = Table[(byte)(checksum ^ value)] ^ (checksum >> 8);
        }

        return ~checksum;
    }

    private static uint ComputeRemainder(uint value)
    {
        const uint polynomial = 0xEDB88320;
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 1 ? (value >> 1) ^ polynomial : value >> 1;
        }

        return value;
    }
}
