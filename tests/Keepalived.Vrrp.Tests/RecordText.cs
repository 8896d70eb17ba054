using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Keepalived.Vrrp.Tests;

/// <summary>Writes a configuration record as words: one line for each property that is not what one expects anyway.</summary>
internal static class RecordText
{
    /// <summary>Writes the properties of a record that differ from those of another.</summary>
    public static void Write(StringBuilder text, object record, object? usual, int depth)
    {
        foreach (PropertyInfo property in Properties(record))
        {
            object? value = property.GetValue(record);
            object? expected = usual is null ? null : property.GetValue(usual);
            if (!Equals(value, expected) && !(usual is null && IsNothing(value)))
            {
                WriteValue(text, property.Name, value, expected, depth);
            }
        }
    }

    private static void WriteValue(StringBuilder text, string name, object? value, object? expected, int depth)
    {
        text.Append(' ', depth * 2).Append(name);
        if (value is not null && IsRecord(value))
        {
            text.Append('\n');
            Write(text, value, expected, depth + 1);
        }
        else if (value is IEnumerable items and not string)
        {
            WriteItems(text, items, depth);
        }
        else
        {
            text.Append(' ').Append(Plain(value)).Append('\n');
        }
    }

    private static void WriteItems(StringBuilder text, IEnumerable items, int depth)
    {
        List<object> all = [.. items.Cast<object>()];
        if (!all.Exists(IsRecord))
        {
            text.Append(' ').AppendJoin(' ', all.Select(Plain)).Append('\n');
            return;
        }

        text.Append('\n');
        foreach (object item in all)
        {
            text.Append(' ', (depth * 2) + 2).Append("-\n");
            Write(text, item, null, depth + 2);
        }
    }

    private static string Plain(object? value) => value switch
    {
        null => "none",
        bool flag => flag ? "yes" : "no",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static bool IsNothing(object? value) =>
        value is null || (value is ValueType && value.Equals(Activator.CreateInstance(value.GetType()))) || (value is IEnumerable items and not string && !items.Cast<object>().Any());

    private static bool IsRecord(object value) => value.GetType().GetMethod("<Clone>$") is not null;

    private static IEnumerable<PropertyInfo> Properties(object record) =>
        record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetMethod is { } get && get.GetParameters().Length == 0
            && property.CanWrite && property.Name != "EqualityContract");
}
