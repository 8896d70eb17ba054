using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Keepalived.Lvs.Tests;

/// <summary>Records in words: every property that is not as in another record of the same type.</summary>
internal static class RecordText
{
    public static void Line(StringBuilder text, int indent, object record, object? usual, params string[] without)
    {
        string[] parts = [.. Parts(record, usual, without)];
        if (parts.Length > 0 || usual is null)
        {
            text.Append(' ', indent).Append(record.GetType().Name).Append(' ').AppendJoin(", ", parts).Append('\n');
        }
    }

    private static IEnumerable<string> Parts(object record, object? usual, string[] without)
    {
        foreach (PropertyInfo property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            object? value = property.GetValue(record);
            if (!without.Contains(property.Name) && !(usual is not null && Equals(value, property.GetValue(usual))) && property.GetIndexParameters().Length == 0)
            {
                yield return $"{property.Name} = {Show(value)}";
            }
        }
    }

    private static string Show(object? value) => value switch
    {
        null => "unset",
        string text => text,
        byte[] => "octets",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => $"[{string.Join("; ", items.Cast<object>().Select(Show))}]",
        _ => value.ToString() ?? "",
    };
}
