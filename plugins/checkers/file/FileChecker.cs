using Keepalived.Checking;
using Keepalived.Tracking;

namespace Keepalived.Checkers.Files;

/// <summary>
/// Follows the number in a file. Without weight any number but 0 takes the server out; with one their product is added to the server's
/// weight, and takes it out when nothing could be added to make good for it. The first probe ends at once, each other one with another number.
/// </summary>
internal sealed class FileChecker : IChecker
{
    private readonly FileCheckDefinition _definition;
    private readonly Action _changed;
    private readonly CheckResultSource _news = new();
    private IFileNumber? _number;
    private int _told;

    public FileChecker(FileCheckDefinition definition)
    {
        _definition = definition;
        _changed = Changed;
    }

    /// <inheritdoc/>
    public ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        if (_number is null)
        {
            _number = context.Files.Follow(_definition.Path, _changed);
            return new(Tell());
        }

        return _number.Value == _told ? _news.Wait() : new(Tell());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _news.Abandon();
        _number?.Dispose();
    }

    private void Changed()
    {
        if (_news.IsWaiting && _number!.Value != _told)
        {
            _news.Complete(Tell());
        }
    }

    private CheckResult Tell()
    {
        _told = _number!.Value;
        return Judge(_told);
    }

    private CheckResult Judge(int number)
    {
        if (_definition.Weight == 0)
        {
            return number == 0
                ? CheckResult.Up($"{_definition.TrackFile} says 0")
                : CheckResult.Down($"{_definition.TrackFile} says {number}, and has no weight: any number but 0 takes the server out");
        }

        long product = (long)number * (_definition.IsReversed ? -(long)_definition.Weight : _definition.Weight);
        return product <= int.MinValue
            ? CheckResult.Down($"{_definition.TrackFile} says {number}, which with weight {_definition.Weight} takes the server out")
            : CheckResult.Up($"{_definition.TrackFile} says {number}") with { AddedWeight = (int)Math.Min(product, int.MaxValue) };
    }
}
