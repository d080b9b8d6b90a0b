using System.Runtime.CompilerServices;
using TalkingMachines.Media;
using TalkingMachines.Models;

namespace TalkingMachines.Serving;

/// <summary>One pipeline for each face of a picture, all over one model, read in step: faces left to right make the frame.</summary>
internal sealed class FilmedFaces : IDisposable
{
    readonly List<CharacterReference> characters = [];
    readonly List<Pipeline> pipelines = [];

    public FilmedFaces(Avatar avatar, IReadOnlyList<Picture> faces, ulong seed, CancellationToken cancel)
    {
        try
        {
            for (int face = 0; face < faces.Count; face++)
            {
                characters.Add(new CharacterReference(avatar, faces[face]));
                pipelines.Add(new Pipeline(avatar, characters[face], seed + (ulong)face, new TurnCounter(), cancel: cancel));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<Pipeline> Pipelines => pipelines;

    /// <summary>The next chunk of every face, until the first has no more. They are disposed before the next are read.</summary>
    public async IAsyncEnumerable<FrameChunk[]> ReadAllAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var chunks = new FrameChunk[pipelines.Count];
        await foreach (var first in pipelines[0].Frames.ReadAllAsync(stop))
        {
            chunks[0] = first;
            int read = 1;
            try
            {
                for (; read < chunks.Length; read++) chunks[read] = await pipelines[read].Frames.ReadAsync(stop);
                yield return chunks;
            }
            finally
            {
                foreach (var chunk in chunks.AsSpan(0, read)) chunk.Dispose();
            }
        }
    }

    /// <summary>A frame of every chunk, side by side in <paramref name="picture"/>; that of one face as it is.</summary>
    public static ReadOnlySpan<byte> SideBySide(FrameChunk[] chunks, int frame, byte[] picture)
    {
        if (chunks.Length == 1) return chunks[0].Frame(frame).Span;
        int side = (int)Math.Sqrt(chunks[0].Frame(frame).Length / 3), row = 3 * side;
        for (int face = 0; face < chunks.Length; face++)
        {
            var pixels = chunks[face].Frame(frame).Span;
            for (int y = 0; y < side; y++) pixels.Slice(y * row, row).CopyTo(picture.AsSpan((((y * chunks.Length) + face) * row)));
        }
        return picture;
    }

    public void Dispose()
    {
        foreach (var pipeline in pipelines) pipeline.Dispose();
        foreach (var character in characters) character.Dispose();
    }
}
