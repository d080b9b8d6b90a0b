using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TalkingMachines.Media;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Data;

/// <summary>
/// A clip set as the transformer sees it: code differences to the reference picture by frame, the reference's features, and
/// audio features by frame. Made by drawing and encoding every clip once; kept in a file that names the weights and clips it was
/// made of; made anew if one of a few clips, one of each style among them, differs when drawn again.
/// </summary>
public sealed class LatentSet
{
    const int Witnesses = 4;

    readonly ClipSet clips;
    readonly int picture;
    readonly int codeValues;
    readonly int referenceValues;
    readonly Half[][] codes;
    readonly Half[][] references;
    readonly float[][] hearing;

    LatentSet(ClipSet clips, AutoencoderConfig config, int picture)
    {
        (this.clips, this.picture) = (clips, picture);
        int cells = config.CodeSide(picture) * config.CodeSide(picture);
        codeValues = config.CodeChannels * cells;
        referenceValues = config.Width16 * cells;
        codes = [.. Enumerable.Range(0, clips.Count).Select(_ => new Half[ClipSet.Frames * codeValues])];
        references = [.. Enumerable.Range(0, clips.Count).Select(_ => new Half[referenceValues])];
        hearing = [.. Enumerable.Range(0, clips.Count).Select(_ => new float[ClipSet.Frames * HearingValues])];
    }

    public const int HearingValues = MelEncoder.Features + MelEncoder.MouthValues;

    public ClipSet Clips => clips;

    /// <summary>One frame's code difference [4,16,16], at 256 pixels a side.</summary>
    public ReadOnlySpan<Half> Code(int clip, int frame) => codes[clip].AsSpan(frame * codeValues, codeValues);

    /// <summary>The reference picture's features at 1/16: [144,1,16,16].</summary>
    public ReadOnlySpan<Half> Reference(int clip) => references[clip];

    public ReadOnlySpan<float> Hearing(int clip, int frame) => hearing[clip].AsSpan(frame * HearingValues, HearingValues);

    /// <summary>Reads or makes the set, of pictures of <paramref name="picture"/> pixels a side. Hearing is always computed: it takes seconds.</summary>
    public static LatentSet Open(string path, ClipSet clips, int picture, ReferenceAutoencoder autoencoder, string autoencoderFile, MelEncoder encoder, Device device, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        var set = new LatentSet(clips, autoencoder.Config, picture);
        byte[] mark = [.. EncoderDigest(autoencoderFile), .. clips.Digest()];
        if (!set.Read(path, mark) || !set.IsAsDrawnAnew(autoencoder, device, cancel))
        {
            set.Encode(autoencoder, device, progress, cancel);
            set.Write(path, mark);
        }
        for (int clip = 0; clip < clips.Count; clip++) set.Hear(clip, encoder, device);
        return set;
    }

    // Codes stay what they are while decoder and refiners go on learning.
    static byte[] EncoderDigest(string autoencoderFile)
    {
        using var file = SafeTensors.Open(autoencoderFile);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in ReferenceAutoencoder.EncodingParts)
            foreach (var (name, stored) in file.Tensors.Where(each => each.Key.StartsWith(part, StringComparison.Ordinal)).OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                float[] values = new float[(int)stored.Shape.Count];
                file.Read(name, values);
                hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
            }
        return hash.GetHashAndReset();
    }

    void Hear(int clip, MelEncoder encoder, Device device)
    {
        using var scope = Tensor.Scope();
        // As HearingStream hears it: silence before and after.
        const int Margin = MelEncoder.Context, Inner = 4 * ClipSet.Frames, Total = Inner + (2 * Margin);
        float[] values = new float[MelSpectrogram.Bands * Total];
        Array.Fill(values, MelSpectrogram.Silence);
        var mel = clips.Mel(clip);
        for (int band = 0; band < MelSpectrogram.Bands; band++)
            for (int i = 0; i < Inner; i++) values[(band * Total) + Margin + i] = (float)mel[(band * Inner) + i];
        float[] rows = new float[VoiceMean.Rows * Total];
        VoiceMean.Apply(values, 0, rows);
        var features = encoder.Forward(Tensor.From(device, [1, VoiceMean.Rows, Total], rows));
        features.Narrow(1, Margin / 4, ClipSet.Frames).Read(hearing[clip]);
    }

    void Encode(ReferenceAutoencoder autoencoder, Device device, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        using var drawn = new PrefetchedBatches<byte[]>(clip => Draw(new PuppetRenderer(), clip), capacity: 4, threads: 2);
        for (int clip = 0; clip < clips.Count; clip++)
        {
            cancel.ThrowIfCancellationRequested();
            EncodeOne(clip, drawn.Take(clip), autoencoder, device);
            progress.Report(new Preparing($"encoding {clips.Count} clips", (clip + 1.0) / clips.Count));
        }
    }

    // The reference picture, then the frames, as bytes.
    byte[] Draw(PuppetRenderer renderer, int clip)
    {
        int bytes = picture * picture * 3;
        if (clip >= clips.Count) return [];
        byte[] pictures = new byte[(1 + ClipSet.Frames) * bytes];
        var puppet = Puppet.FromSeed(clips.Character(clip));
        for (int i = 0; i <= ClipSet.Frames; i++)
            renderer.Draw(puppet, i == 0 ? PuppetPose.Neutral : clips.Pose(clip, i - 1), picture, PixelRegion.Whole(picture), pictures.AsSpan(i * bytes, bytes));
        return pictures;
    }

    void EncodeOne(int clip, byte[] pictures, ReferenceAutoencoder autoencoder, Device device)
    {
        using var scope = Tensor.Scope();
        const int Together = 13; // a divisor of ClipSet.Frames
        int values = picture * picture * 3;
        float[] planes = new float[Together * values];
        PixelPlanes.FromBytes(pictures.AsSpan(0, values), planes.AsSpan(0, values));
        var features = autoencoder.Reference(Tensor.From(device, [1, 3, picture, picture], planes.AsSpan(0, values)));
        Store(features.At16, references[clip]);
        for (int first = 0; first < ClipSet.Frames; first += Together)
        {
            using var inner = Tensor.Scope();
            for (int i = 0; i < Together; i++) PixelPlanes.FromBytes(pictures.AsSpan((1 + first + i) * values, values), planes.AsSpan(i * values, values));
            var frames = Tensor.From(device, [Together, 3, picture, picture], planes);
            var difference = autoencoder.Moments(frames, features).Mean - features.Code;
            Store(difference, codes[clip].AsSpan(first * codeValues, Together * codeValues));
        }
    }

    /// <summary>Whether a few clips, drawn and encoded anew, give the codes that were read: what draws them may have changed since.</summary>
    bool IsAsDrawnAnew(ReferenceAutoencoder autoencoder, Device device, CancellationToken cancel)
    {
        var renderer = new PuppetRenderer();
        int spread = Math.Min(Witnesses, clips.Count);
        var ofEachStyle = Enumerable.Range(0, clips.Count).DistinctBy(clip => Puppet.FromSeed(clips.Character(clip)).Style);
        foreach (int clip in Enumerable.Range(0, spread).Select(i => (int)((long)i * clips.Count / spread)).Union(ofEachStyle))
        {
            cancel.ThrowIfCancellationRequested();
            Half[] code = [.. codes[clip]], reference = [.. references[clip]];
            EncodeOne(clip, Draw(renderer, clip), autoencoder, device);
            bool same = ClipSet.IsNear(code, codes[clip]) && ClipSet.IsNear(reference, references[clip]);
            code.CopyTo(codes[clip], 0); // their last bits may differ between processors
            reference.CopyTo(references[clip], 0);
            if (!same) return false;
        }
        return true;
    }

    static void Store(Tensor tensor, Span<Half> target)
    {
        float[] values = tensor.ToArray();
        for (int i = 0; i < values.Length; i++) target[i] = (Half)values[i];
    }

    bool Read(string path, byte[] mark)
    {
        if (!File.Exists(path)) return false;
        using var file = File.OpenRead(path);
        long expected = mark.Length + (2L * clips.Count * ((ClipSet.Frames * codeValues) + referenceValues));
        byte[] found = new byte[mark.Length];
        if (file.Length != expected) return false;
        file.ReadExactly(found);
        if (!found.AsSpan().SequenceEqual(mark)) return false;
        foreach (var bytes in Parts()) file.ReadExactly(bytes.Span);
        return true;
    }

    void Write(string path, byte[] mark)
    {
        using var file = new PendingFile(path);
        file.Stream.Write(mark);
        foreach (var bytes in Parts()) file.Stream.Write(bytes.Span);
        file.Stream.Flush(flushToDisk: true);
        file.Complete();
    }

    IEnumerable<Memory<byte>> Parts() => codes.Concat(references).Select(RawMemory.Of);
}
