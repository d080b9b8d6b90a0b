using Microsoft.AspNetCore.Http.Metadata;

namespace TalkingMachines.Serving.Web;

/// <summary>How large the body of a route's requests may be; more gets 413. Routing hands it to the server.</summary>
internal sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
{
    /// <summary>Of routes that say nothing: a text of the greatest length with every letter escaped, and some room.</summary>
    public const long Usual = 16 << 10;

    public long? MaxRequestBodySize => bytes;
}
