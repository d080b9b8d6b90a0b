using System.Threading.Channels;

namespace TalkingMachines.Serving;

/// <summary>What waits to be sent to an endpoint: commands and the microphone's sound. Any thread adds and never waits.</summary>
internal sealed class RealtimeOutbox
{
    const int MostCommands = 64;

    readonly MicrophoneSound microphone = new();
    readonly Channel<Command> commands = Channel.CreateBounded<Command>(new BoundedChannelOptions(MostCommands) { SingleReader = true });
    readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Adds sound of the microphone, 48 kHz.</summary>
    public void Hear(ReadOnlySpan<float> sound)
    {
        if (microphone.Append(sound)) signal.Writer.TryWrite(true);
    }

    /// <summary>Adds a command; false where too many wait already, which happens only while the connection is about to be given up.</summary>
    public bool Post(BinaryData command, TaskCompletionSource? sent = null)
    {
        if (!commands.Writer.TryWrite(new Command(command, sent))) return false;
        signal.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Sends until told to stop, or until the connection fails.</summary>
    public async Task SendAsync(RealtimeConnection connection, CancellationToken stop)
    {
        byte[] piece = new byte[MicrophoneSound.PieceBytes];
        while (true)
        {
            await signal.Reader.ReadAsync(stop);
            do
            {
                while (commands.Reader.TryRead(out var command))
                {
                    await connection.SendAsync(command.Content, stop);
                    command.Sent?.TrySetResult();
                }
            }
            while (await SendPieceAsync(connection, piece, stop));
        }
    }

    /// <summary>Forgets all that waits: it was meant for a connection that is no more.</summary>
    public void Clear()
    {
        microphone.Clear();
        while (commands.Reader.TryRead(out var command)) command.Sent?.TrySetCanceled();
    }

    async Task<bool> SendPieceAsync(RealtimeConnection connection, byte[] piece, CancellationToken stop)
    {
        if (!microphone.TryTake(piece)) return false;
        await connection.SendSoundAsync(piece, stop);
        return true;
    }

    readonly record struct Command(BinaryData Content, TaskCompletionSource? Sent);
}
