namespace TalkingMachines.Serving;

/// <summary>A piece of what an assistant says. Each response has one first piece and one last, however it ends.</summary>
/// <param name="ResponseId">The endpoint's own name of the response.</param>
/// <param name="Samples">48 kHz mono; may be empty in the last piece.</param>
/// <param name="IsFirst">The response begins to sound.</param>
/// <param name="IsLast">Nothing more of it follows: it was said, interrupted, or lost with the connection.</param>
public readonly record struct AssistantSound(string ResponseId, ReadOnlyMemory<float> Samples, bool IsFirst, bool IsLast);
