using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class TapeTests
{
    static void OnReference(Action<Device> body) => LeakCheck.On("reference", device =>
    {
        using var scope = Tensor.Scope();
        body(device);
    });

    [Fact]
    public void The_gradient_of_the_sum_of_squares_is_twice_the_tensor() => OnReference(device =>
    {
        using var tape = new Tape();
        var x = Tensor.From(device, [3], [1, -2, 5]);
        tape.Watch(x);
        tape.Backward(x.Square().Sum());
        Assert.Equal([2, -4, 10], tape.Gradient(x)!.ToArray());
    });

    [Fact]
    public void An_input_that_the_loss_does_not_use_has_no_gradient() => OnReference(device =>
    {
        using var tape = new Tape();
        var (x, unused) = (Tensor.Filled(device, [3], 1), Tensor.Filled(device, [3], 1));
        tape.Watch(x);
        tape.Watch(unused);
        tape.Backward(x.Sum());
        Assert.Null(tape.Gradient(unused));
    });

    [Fact]
    public void Nothing_flows_through_a_detached_tensor() => OnReference(device =>
    {
        using var tape = new Tape();
        var x = Tensor.From(device, [2], [3, 4]);
        tape.Watch(x);
        tape.Backward((x.Square().Detach() * x).Sum());
        Assert.Equal([9, 16], tape.Gradient(x)!.ToArray());
    });

    [Fact]
    public void Nothing_flows_through_what_was_computed_in_a_pause() => OnReference(device =>
    {
        using var tape = new Tape();
        var x = Tensor.From(device, [2], [3, 4]);
        tape.Watch(x);
        Tensor squares;
        using (Tape.Pause()) squares = x.Square();
        tape.Backward((squares * x).Sum());
        Assert.Equal([9, 16], tape.Gradient(x)!.ToArray());
    });

    [Fact]
    public void Backward_frees_what_it_passes() => OnReference(device =>
    {
        using var x = Tensor.ZerosOwned(device, [4, 5]);
        using var tape = new Tape();
        tape.Watch(x);
        Tensor loss;
        using (var scope = Tensor.Scope()) loss = scope.Keep(x.Exp().Tanh().Gelu().Sum());
        Assert.True(device.Memory.LiveStorages > 4);
        tape.Backward(loss);
        Assert.Equal(3, device.Memory.LiveStorages); // x, its gradient, the loss
    });

    [Fact]
    public void A_tape_closed_without_a_walk_holds_nothing() => OnReference(device =>
    {
        using var scope = Tensor.Scope();
        var q = Tensor.Zeros(device, [1, 3, 2, 4]);
        using (var tape = new Tape())
        {
            tape.Watch(q);
            using (Tensor.Scope()) _ = q.Attention(q, q, null, 1).Exp().Sum();
        }
        Assert.Equal(1, device.Memory.LiveStorages);
    });

    [Fact]
    public void An_attention_that_the_loss_does_not_use_holds_nothing() => OnReference(device =>
    {
        var q = Tensor.Zeros(device, [1, 3, 2, 4]);
        using (var tape = new Tape())
        {
            tape.Watch(q);
            using var scope = Tensor.Scope();
            _ = q.Attention(q, q, null, 1);
            tape.Backward(q.Sum());
        }
        Assert.Equal(1, device.Memory.LiveStorages);
    });

    [Fact]
    public void Ops_on_results_of_a_closed_tape_record_nothing() => OnReference(device =>
    {
        var x = Tensor.Zeros(device, [3]);
        Tensor y;
        using (var tape = new Tape())
        {
            tape.Watch(x);
            y = x.Exp();
        }
        using (Tensor.Scope()) _ = y.Tanh();
        Assert.Equal(2, device.Memory.LiveStorages);
    });

    [Fact]
    public void A_tensor_may_be_watched_again_after_its_tape_closed() => OnReference(device =>
    {
        var x = Tensor.Filled(device, [2], 3);
        for (int step = 0; step < 3; step++)
        {
            using var tape = new Tape();
            tape.Watch(x);
            tape.Backward(x.Square().Sum());
            Assert.Equal([6, 6], tape.Gradient(x)!.ToArray());
        }
    });

    [Fact]
    public void A_loss_of_many_elements_or_of_no_watched_tensor_is_refused() => OnReference(device =>
    {
        using var tape = new Tape();
        var x = Tensor.Zeros(device, [3]);
        tape.Watch(x);
        Assert.Contains("[3]", Assert.Throws<ArgumentException>(() => tape.Backward(x.Exp())).Message);
        Assert.Throws<ArgumentException>(() => tape.Backward(Tensor.Zeros(device, [1])));
        Assert.Throws<InvalidOperationException>(() => tape.Watch(x));
        Assert.Throws<ArgumentException>(() => tape.Gradient(Tensor.Zeros(device, [1])));
    });
}
