namespace Keepalived.Abstractions.Tests;

public sealed class EquatableArrayTests
{
    private sealed record Holder(EquatableArray<string> Words);

    [Fact]
    public void Records_that_hold_equal_elements_are_equal()
    {
        Holder left = new(["a", "b"]);
        Holder right = new(["a", "b"]);

        Assert.Equal(left, right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
    }

    [Fact]
    public void A_different_order_is_a_different_value() => Assert.NotEqual(new Holder(["a", "b"]), new Holder(["b", "a"]));

    [Fact]
    public void The_default_value_is_the_empty_array()
    {
        EquatableArray<int> unset = default;

        Assert.Empty(unset);
        Assert.Equal(default, unset);
    }
}
