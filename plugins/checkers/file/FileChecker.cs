using System.Threading.Tasks.Sources;
using Keepalived.Checking;
using Keepalived.Tracking;

namespace Keepalived.Checkers.Files;

/// <summary>
/// Follows the number in a file. Without weight any number but 0 takes the server out; with one their product is added to the server's
/// weight, and takes it out when nothing could be added to make good for it. The first probe ends at once, each other one with another number.
/// </summary>
internal sealed class FileChecker : IChecker, IValueTaskSource<CheckResult>
{
    private readonly FileCheckDefinition _definition;
    private readonly Action _changed;
    private ManualResetValueTaskSourceCore<CheckResult> _news;
    private IFileNumber? _number;
    private int _told;
    private bool _isWaiting;

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

        if (_number.Value != _told)
        {
            return new(Tell());
        }

        _news.Reset();
        _isWaiting = true;
        return new(this, _news.Version);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isWaiting = false;
        _number?.Dispose();
    }

    CheckResult IValueTaskSource<CheckResult>.GetResult(short token) => _news.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<CheckResult>.GetStatus(short token) => _news.GetStatus(token);

    void IValueTaskSource<CheckResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _news.OnCompleted(continuation, state, token, flags);

    private void Changed()
    {
        if (_isWaiting && _number!.Value != _told)
        {
            _isWaiting = false;
            _news.SetResult(Tell());
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
