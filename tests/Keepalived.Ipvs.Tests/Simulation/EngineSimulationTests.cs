using System.Globalization;

namespace Keepalived.Ipvs.Tests.Simulation;

/// <summary>Many seeds of <see cref="EngineSimulation"/>; <c>eng/simulate-lvs</c> plays as many steps as one likes.</summary>
public sealed class EngineSimulationTests(ITestOutputHelper output)
{
    private const int StepsPerSeed = 200;

    [Fact]
    public void At_every_quiet_point_the_table_is_the_function_of_configuration_and_results()
    {
        ulong first = Number("KEEPALIVED_LVS_SEED", 0);
        ulong seeds = Math.Max(1, Number("KEEPALIVED_LVS_STEPS", 20_000) / StepsPerSeed);
        for (ulong seed = first; seed < first + seeds; seed++)
        {
            string? wrong = EngineSimulation.Play(seed, StepsPerSeed);
            Assert.True(wrong is null, wrong);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seeds * StepsPerSeed} steps, seeds {first}..{first + seeds - 1}, no violation"));
    }

    [Theory]
    [InlineData((int)PlantedMistake.WeightChangesLost)]
    [InlineData((int)PlantedMistake.ReloadStartsOver)]
    [InlineData((int)PlantedMistake.InhibitForgottenAtReload)]
    public void A_planted_mistake_is_found(int mistake)
    {
        for (ulong seed = 0; seed < 100; seed++)
        {
            if (EngineSimulation.Play(seed, StepsPerSeed, (PlantedMistake)mistake) is { } wrong)
            {
                output.WriteLine($"found: {wrong.Split('\n')[0]}");
                return;
            }
        }

        Assert.Fail("not found in 100 seeds");
    }

    private static ulong Number(string variable, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out ulong number) ? number : otherwise;
}
