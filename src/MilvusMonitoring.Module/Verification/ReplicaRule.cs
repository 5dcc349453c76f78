using MilvusMonitoring.Messages;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>What replicas without a response mean for a check.</summary>
internal static class ReplicaRule
{
    /// <summary>
    /// Finds the first failure among the replicas. A replica that does not respond is a fault, and so is an address of the caller that is
    /// no Prometheus. A replica that refuses the caller, or responds with something else, leaves the check unknown.
    /// </summary>
    public static Finding? FindFailure<T>(string target, IReadOnlyList<ReplicaAnswer<T>> replicas)
    {
        if (replicas.Count == 0)
        {
            return Finding.Failed(target, "no pod of it is ready", Remedies.DescribeManual($"Find out why no pod of {target} is ready."));
        }

        if (replicas.FirstOrDefault(replica => replica.Error?.ErrorId == ErrorId.CertificateNotTrusted) is { } untrusted)
        {
            return Finding.FromError(CheckStatus.Failed, target, untrusted.Error!) with { IsOfOtherServer = true };
        }

        if (replicas.FirstOrDefault(replica => replica.Error?.ErrorId is ErrorId.ServiceUnreachable or ErrorId.TimedOut) is { } silent)
        {
            var otherwise = Remedies.DescribeManual(
                $"Check that {silent.Name} runs, or give an address of Prometheus with -PrometheusUri.");
            return Finding.Failed(target, silent.Error!, otherwise);
        }

        if (replicas.FirstOrDefault(replica => replica is { IsNamed: true, Error.ErrorId: ErrorId.ResponseInvalid }) is { } other)
        {
            return Finding.Failed(
                target,
                OneLine.TrimPunctuation(other.Error!.Message),
                Remedies.DescribeManual("Give the address of Prometheus itself, up to the end of its path, with -PrometheusUri."));
        }

        return replicas.FirstOrDefault(replica => replica.Error is not null) is { } refusing
            ? Finding.FromError(
                CheckStatus.Unknown,
                target,
                refusing.Error!,
                Remedies.DescribeManual("Give an address of Prometheus that you may ask with -PrometheusUri.")) with
            {
                IsOfOtherServer = refusing.Error!.ErrorId == ErrorId.NotAuthenticated && refusing.IsNamed,
            }
            : null;
    }
}
