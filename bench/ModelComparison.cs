namespace TalkingMachines.Bench;

/// <summary>A part of the network on both sides, in milliseconds of one call.</summary>
public sealed record ModelPart(string Part, double BestMilliseconds, double MedianMilliseconds, double PyTorchBestMilliseconds, double PyTorchMedianMilliseconds)
{
    /// <summary>How many times as fast as PyTorch, best round against best round.</summary>
    public double TimesPyTorch => PyTorchBestMilliseconds / BestMilliseconds;
}

/// <summary>The same network with the same weights and inputs, ours and PyTorch's.</summary>
/// <param name="LatentDifference">Largest difference of two chunks' latents, which are of about unit size.</param>
/// <param name="FrameDifference">Largest difference of the frames, of pixels in [-1, 1].</param>
public sealed record ModelComparison(string PyTorch, int Threads, double LatentDifference, double FrameDifference, IReadOnlyList<ModelPart> Parts)
{
    /// <summary>f32 on both sides, added up in another order, through two chunks of all layers.</summary>
    public const double MostDifference = 2e-3;

    public bool Agrees => LatentDifference <= MostDifference && FrameDifference <= MostDifference;
}
