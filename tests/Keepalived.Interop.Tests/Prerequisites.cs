using Keepalived.Lab;

[assembly: AssemblyFixture(typeof(Keepalived.Interop.Tests.Prerequisites))]

namespace Keepalived.Interop.Tests;

/// <summary>What these tests need of the machine. A lack of it is a skip with the reason; a lack of our own tree is a failure.</summary>
public sealed class Prerequisites
{
    public Prerequisites() => Lan.Sweep();

    public static void Namespaces()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Network namespaces need root");
        }

        if (Command.Find("ip") is null)
        {
            Assert.Skip("The package iproute2 is missing");
        }

        Assert.True(Software.Ours.Exists, $"There is no {Software.Ours.Path}: run ./build");
    }

    public static void Peer()
    {
        Namespaces();
        if (!Software.C.Exists)
        {
            Assert.Skip("The package keepalived is missing");
        }
    }
}
