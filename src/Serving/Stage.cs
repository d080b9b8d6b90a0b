using System.Threading.Channels;

namespace TalkingMachines.Serving;

/// <summary>
/// A part of the pipeline on a thread of its own, never the pool's: kernels there delay every timer. It reads one channel, writes
/// one, and always completes its output, with its failure or its input's if there is one.
/// </summary>
public abstract class Stage<TIn, TOut> : IDisposable where TIn : IDisposable where TOut : IDisposable
{
    readonly ChannelReader<TIn> input;
    readonly ChannelWriter<TOut> output;
    readonly CancellationToken stop;
    readonly Thread thread;
    long allocatedBytes;

    /// <param name="name">Of the thread, for debuggers and profilers.</param>
    /// <param name="stop">Ends the stage wherever it waits.</param>
    protected Stage(string name, ChannelReader<TIn> input, ChannelWriter<TOut> output, CancellationToken stop)
    {
        (this.input, this.output, this.stop) = (input, output, stop);
        thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <summary>Managed memory that the thread has allocated up to the message it handled last.</summary>
    public long AllocatedBytes => Volatile.Read(ref allocatedBytes);

    public void Start() => thread.Start();

    /// <summary>Waits until the thread has ended, which it does after its input ended, a failure or cancellation, and has freed all it held.</summary>
    public void Dispose()
    {
        thread.Join();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes what the stage needs, on its thread.</summary>
    protected virtual void Open()
    {
    }

    /// <summary>Handles a message, which is disposed afterwards.</summary>
    protected abstract void Process(TIn message);

    /// <summary>The input ended well: sends what is left.</summary>
    protected virtual void Finish()
    {
    }

    /// <summary>Frees what the stage holds, whatever happened.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>Sends a message and with it its ownership; waits while the receiver is behind.</summary>
    protected void Send(TOut message)
    {
        if (output.TryWrite(message)) return;
        try
        {
            output.WriteAsync(message, stop).AsTask().GetAwaiter().GetResult();
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    void Run()
    {
        Exception? failure = null;
        try
        {
            Work();
        }
        catch (Exception thrown)
        {
            failure = thrown; // goes to whoever reads the output
        }
        output.TryComplete(failure);
    }

    void Work()
    {
        try
        {
            Open();
            while (input.WaitToReadAsync(stop).AsTask().GetAwaiter().GetResult())
                while (!stop.IsCancellationRequested && input.TryRead(out var message))
                {
                    using (message) Process(message);
                    Volatile.Write(ref allocatedBytes, GC.GetAllocatedBytesForCurrentThread());
                }
            Finish();
        }
        finally
        {
            Close();
        }
    }
}
