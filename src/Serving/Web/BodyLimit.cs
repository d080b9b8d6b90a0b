using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// How large the body of a route's requests may be; more gets 413. The server itself allows somewhat more and reads it without
/// keeping it: a client that is cut off while it sends would never see the answer.
/// </summary>
internal sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
{
    const long ReadInVain = 64 << 20; // and for 5 s at most, which is Kestrel's own limit

    static readonly BodyLimit Usual = new(16 << 10); // a text of the greatest length with every letter escaped, and some room

    /// <summary>What the server allows where no route says otherwise.</summary>
    public static long? ServerMaximum => Usual.MaxRequestBodySize;

    public long? MaxRequestBodySize => bytes + ReadInVain;

    /// <summary>Refuses bodies that are too large, at once where their length is told, as they come where it is not.</summary>
    public static Task Guard(HttpContext context, RequestDelegate next)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>() ?? Usual;
        if (context.Request.ContentLength > limit.Bytes) throw limit.Exceeded();
        if (context.Request.ContentLength is null) context.Request.Body = new CountedBody(context.Request.Body, limit);
        return next(context);
    }

    long Bytes => bytes;

    WebProblem Exceeded() => new(StatusCodes.Status413PayloadTooLarge, "The body is too large", $"Expected at most {bytes} bytes.");

    /// <summary>A body whose length only its end tells.</summary>
    sealed class CountedBody(Stream body, BodyLimit limit) : Stream
    {
        long read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => read;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await body.ReadAsync(buffer, cancellationToken);
            read += count;
            return read <= limit.Bytes ? count : throw limit.Exceeded();
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
