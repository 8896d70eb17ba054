using Microsoft.Extensions.DependencyInjection;

namespace Keepalived.Host.Plugins;

/// <summary>
/// A plugin's container. What was registered as an object is handed out as it is; the container proper, with what it costs a start, is built
/// when something is asked for that has to be made: most plugins only take what the host gives them.
/// </summary>
internal sealed class PluginServices(IServiceCollection services) : IServiceProvider, IDisposable
{
    private ServiceProvider? _container;
    private bool _isDisposed;

    /// <summary>The container over what was registered.</summary>
    internal static PluginServices Over(IServiceCollection services) => new(services);

    /// <inheritdoc/>
    public object? GetService(Type serviceType)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _container is null && FindInstance(serviceType) is { } instance
            ? instance
            : (_container ??= services.BuildServiceProvider()).GetService(serviceType);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _container?.Dispose();
    }

    // The last registration of a type counts, as in the container.
    private object? FindInstance(Type serviceType)
    {
        for (int i = services.Count - 1; i >= 0; i--)
        {
            if (services[i].ServiceType == serviceType)
            {
                return services[i].IsKeyedService ? null : services[i].ImplementationInstance;
            }
        }

        return null;
    }
}
