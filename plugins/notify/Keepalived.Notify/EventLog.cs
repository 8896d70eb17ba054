using Keepalived.Events;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify;

/// <summary>One log line for each event, with its number and why it happened.</summary>
internal sealed class EventLog(ILogger logger)
{
    public void Write(EventStamp stamp, DaemonEvent daemonEvent)
    {
        switch (daemonEvent)
        {
            case VrrpInstanceStateChanged e:
                NotifyLog.InstanceState(logger, stamp.Sequence, e.Instance, FifoLine.NameOf(e.Previous), FifoLine.NameOf(e.State), e.Priority, e.Cause);
                break;
            case VrrpGroupStateChanged e:
                NotifyLog.GroupState(logger, stamp.Sequence, e.Group, FifoLine.NameOf(e.State), e.Cause);
                break;
            case VrrpPriorityChanged e:
                NotifyLog.Priority(logger, stamp.Sequence, e.Instance, FifoLine.NameOf(e.State), e.Previous, e.Priority, e.Cause);
                break;
            case VrrpLowerPriorityReceived e:
                NotifyLog.LowerPriority(logger, stamp.Sequence, e.Instance, e.Priority, e.Cause);
                break;
            case RealServerStateChanged e:
                NotifyLog.RealServer(logger, stamp.Sequence, e.RealServer, e.VirtualServer, e.IsUp ? "up" : "down", e.Detail is null ? e.Cause : $"{e.Cause} ({e.Detail})");
                break;
            case QuorumStateChanged e:
                NotifyLog.Quorum(logger, stamp.Sequence, e.VirtualServer, e.IsUp ? "gained" : "lost", e.Cause);
                break;
            default:
                NotifyLog.Other(logger, stamp.Sequence, daemonEvent.GetType().Name, daemonEvent.Cause);
                break;
        }
    }
}
