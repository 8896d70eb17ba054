namespace Keepalived.Simulation.Tests;

/// <summary>What the simulation is worth: mistakes planted on purpose are found, and soon.</summary>
public sealed class PlantedMistakeTests(ITestOutputHelper output)
{
    private const long Seeds = 10_000;

    public static TheoryData<string> Names => [.. PlantedMistakes.All.Select(static mistake => mistake.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_mistake_is_found(string name)
    {
        FoundMistake? found = PlantedMistakes.Find(PlantedMistakes.All.Single(mistake => mistake.Name == name), Seeds);

        Assert.True(found is not null, $"not found in {Seeds} seeds");
        output.WriteLine($"found after {found.Result.Seed + 1} seeds, {found.VirtualTime.TotalSeconds:0.0} s of virtual time: {found.Result.Violation!.What}");
        Assert.Null(ScenarioRunner.Play(found.Result.Seed).Violation);
    }
}
