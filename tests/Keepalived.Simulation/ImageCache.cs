using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>
/// Transmit images by what they are made of. They are pinned for the kernel's sake, and to make some for every one of a million
/// networks would leave the garbage collector with little else to do.
/// </summary>
internal sealed class ImageCache
{
    [ThreadStatic]
    private static Dictionary<(VrrpVersion, long, byte, InternetAddress, InternetAddress, InternetAddress), AdvertisementImage>? _images;

    public AdvertisementImage Get(AdvertisementFormat format, InternetAddress source, InternetAddress destination)
    {
        _images ??= [];
        var key = (format.Version, format.Interval.Ticks, format.VirtualRouterId, format.Addresses[0], source, destination);
        if (!_images.TryGetValue(key, out AdvertisementImage? image))
        {
            image = new AdvertisementImage(format, source, destination);
            _images.Add(key, image);
        }

        return image;
    }
}
