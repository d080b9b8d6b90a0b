using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class TensorScopeTests
{
    static readonly Shape Small = [3, 4];

    static void OnReference(Action<Device> body) => LeakCheck.On("reference", body);

    [Fact]
    public void A_closing_scope_frees_what_was_made_in_it() => OnReference(device =>
    {
        Tensor x;
        using (Tensor.Scope())
        {
            x = Tensor.Zeros(device, Small);
            _ = Tensor.Zeros(device, Small);
            Assert.Equal(2, device.Memory.LiveStorages);
        }
        Assert.True(x.IsDisposed);
        Assert.Equal(0, device.Memory.LiveStorages);
    });

    [Fact]
    public void A_tensor_made_without_scope_or_owner_is_refused_and_freed() => OnReference(device =>
    {
        var error = Assert.Throws<InvalidOperationException>(() => Tensor.Zeros(device, Small));
        Assert.Contains("[3,4]", error.Message);
        Assert.Equal(0, device.Memory.LiveStorages);
    });

    [Fact]
    public void A_tensor_used_after_its_scope_says_so() => OnReference(device =>
    {
        Tensor x;
        using (Tensor.Scope()) x = Tensor.Zeros(device, Small);
        Assert.Contains("[3,4]", Assert.Throws<ObjectDisposedException>(() => x.ToArray()).Message);
    });

    [Fact]
    public void A_kept_tensor_passes_through_nested_scopes_and_is_freed_by_the_outermost() => OnReference(device =>
    {
        Tensor result;
        using (Tensor.Scope())
        {
            result = Outer(device);
            Assert.Equal(1, device.Memory.LiveStorages);
            Assert.Equal(12, result.ToArray().Sum());
        }
        Assert.True(result.IsDisposed);
    });

    static Tensor Outer(Device device)
    {
        using var scope = Tensor.Scope();
        _ = Tensor.Zeros(device, Small);
        return scope.Keep(Middle(device));
    }

    static Tensor Middle(Device device)
    {
        using var scope = Tensor.Scope();
        var first = Inner(device);
        _ = Inner(device);
        return scope.Keep(first);
    }

    static Tensor Inner(Device device)
    {
        using var scope = Tensor.Scope();
        _ = Tensor.Zeros(device, Small);
        return scope.Keep(Tensor.Filled(device, Small, 1));
    }

    [Fact]
    public void What_one_scope_kept_the_next_frees_unless_it_keeps_it_too() => OnReference(device =>
    {
        using (Tensor.Scope())
        {
            Tensor x;
            using (Tensor.Scope()) x = Inner(device);
            Assert.True(x.IsDisposed);
        }
    });

    [Fact]
    public void What_the_outermost_scope_keeps_belongs_to_the_caller() => OnReference(device =>
    {
        using var x = Inner(device);
        Assert.False(x.IsDisposed);
        Assert.Equal(1, device.Memory.LiveStorages);
    });

    [Fact]
    public void Keeping_a_tensor_of_an_outer_scope_changes_nothing() => OnReference(device =>
    {
        using var outer = Tensor.Scope();
        var x = Tensor.Zeros(device, Small);
        using (var inner = Tensor.Scope()) inner.Keep(x);
        Assert.False(x.IsDisposed);
        Assert.Equal(1, device.Memory.LiveStorages);
    });

    [Fact]
    public void Swap_frees_the_old_tensor_at_once() => OnReference(device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Filled(device, Small, 1);
        for (int layer = 0; layer < 10; layer++)
        {
            scope.Swap(ref x, x + x);
            Assert.Equal(1, device.Memory.LiveStorages);
        }
        Assert.Equal(1024, x.ToArray()[0]);
    });

    [Fact]
    public void Swap_leaves_a_tensor_of_an_outer_scope_and_swapping_with_itself_alone() => OnReference(device =>
    {
        using var outer = Tensor.Scope();
        var input = Tensor.Zeros(device, Small);
        using var inner = Tensor.Scope();
        var x = input;
        inner.Swap(ref x, x + 1);
        Assert.False(input.IsDisposed);
        inner.Swap(ref x, x);
        Assert.False(x.IsDisposed);
    });

    [Fact]
    public void An_owned_tensor_outlives_its_scope() => OnReference(device =>
    {
        Tensor x;
        using (Tensor.Scope()) x = Tensor.Zeros(device, Small).Own();
        Assert.False(x.IsDisposed);
        x.Dispose();
        x.Dispose();
        Assert.True(x.IsDisposed);
    });

    [Fact]
    public void A_tensor_disposed_early_leaves_its_scope() => OnReference(device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Zeros(device, Small);
        x.Dispose();
        Assert.Equal(0, device.Memory.LiveStorages);
        _ = Tensor.Zeros(device, Small);
    });

    [Fact]
    public void A_detached_tensor_keeps_the_elements_of_a_freed_one() => OnReference(device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Filled(device, Small, 2);
        var view = x.Detach();
        x.Dispose();
        Assert.Equal(24, view.ToArray().Sum());
    });

    [Fact]
    public void Detaching_without_a_scope_is_refused_and_holds_nothing() => OnReference(device =>
    {
        using var x = Tensor.ZerosOwned(device, Small);
        Assert.Throws<InvalidOperationException>(() => x.Detach());
        x.Dispose();
        Assert.Equal(0, device.Memory.LiveStorages);
    });

    [Fact]
    public void Scopes_closed_out_of_order_are_refused() => OnReference(device =>
    {
        var outer = Tensor.Scope();
        var inner = Tensor.Scope();
        string refusal = "";
        try
        {
            outer.Dispose();
        }
        catch (InvalidOperationException error)
        {
            refusal = error.Message;
        }
        inner.Dispose();
        outer.Dispose();
        Assert.Contains("out of order", refusal);
    });

    [Fact]
    public void Another_thread_has_scopes_of_its_own() => OnReference(device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Zeros(device, Small);
        Exception? made = null, taken = null;
        var other = new Thread(() =>
        {
            made = Record.Exception(() => Tensor.Zeros(device, Small));
            taken = Record.Exception(() => x.Own());
        });
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(made);
        Assert.IsType<InvalidOperationException>(taken);
        Assert.False(x.IsDisposed);
    });
}
