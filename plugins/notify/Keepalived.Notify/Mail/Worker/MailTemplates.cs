using HandlebarsDotNet;

namespace Keepalived.Notify;

/// <summary>A template of one kind of mail: the seam behind which another template language may come.</summary>
internal interface IMessageTemplate
{
    /// <summary>Fills the template in.</summary>
    /// <exception cref="MessageTemplateException">It cannot be; the message says why.</exception>
    (string Subject, string Body) Render(IReadOnlyDictionary<string, object> fields);
}

/// <summary>A template cannot be read or filled in.</summary>
internal sealed class MessageTemplateException(string message) : Exception(message);

/// <summary>
/// A template in Handlebars: a first line <c>Subject: …</c>, an empty line, the body. Nothing is escaped, it is no HTML; a name that is no field
/// is an error.
/// </summary>
internal sealed class HandlebarsTemplate : IMessageTemplate
{
    private const string SubjectField = "Subject:";
    private static readonly IHandlebars _language = Handlebars.Create(new HandlebarsConfiguration
    {
        NoEscape = true, ThrowOnUnresolvedBindingExpression = true,
    });

    private readonly HandlebarsTemplate<object, object> _subject;
    private readonly HandlebarsTemplate<object, object> _body;

    /// <summary>Compiles a template.</summary>
    /// <exception cref="MessageTemplateException">It is no template.</exception>
    public HandlebarsTemplate(string text)
    {
        string[] parts = text.ReplaceLineEndings("\n").Split('\n', 3);
        if (!parts[0].StartsWith(SubjectField, StringComparison.OrdinalIgnoreCase) || parts is not [_, "", _])
        {
            throw new MessageTemplateException("it does not begin with a line 'Subject: …' and an empty line");
        }

        _subject = Compile(parts[0][SubjectField.Length..].Trim());
        _body = Compile(parts[2]);
    }

    public (string Subject, string Body) Render(IReadOnlyDictionary<string, object> fields)
    {
        try
        {
            return (_subject(fields), _body(fields));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new MessageTemplateException(exception.Message);
        }
    }

    private static HandlebarsTemplate<object, object> Compile(string text)
    {
        try
        {
            return _language.Compile(text);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new MessageTemplateException(exception.Message);
        }
    }
}

/// <summary>Finds the template of a kind.</summary>
internal interface IMailTemplates
{
    /// <summary>Fills in the template of a kind; with the default one when the operator's is broken, which is noted.</summary>
    (string Subject, string Body) Render((string Kind, Dictionary<string, object> Fields) mail, List<string> notes);
}

/// <summary>The default templates, which are resources, and the operator's files. A file is read again when it has changed.</summary>
internal sealed class TemplateLibrary : IMailTemplates
{
    private readonly Dictionary<string, IMessageTemplate> _defaults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DateTime Written, IMessageTemplate? Template, string? Problem)> _files = new(StringComparer.Ordinal);
    private MailSettings _settings = MailSettings.None;

    /// <summary>Text of a default template.</summary>
    public static string DefaultText(string kind)
    {
        using Stream stream = typeof(TemplateLibrary).Assembly.GetManifestResourceStream($"Keepalived.Notify.Mail.Templates.{kind}.txt")
            ?? throw new MessageTemplateException($"there is no kind of mail '{kind}'");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Why a template file is of no use, found without an event: by filling it in with every field.</summary>
    public static string? Check(string kind, string path)
    {
        try
        {
            MailEvent sample = new(kind, 1, DateTimeOffset.UnixEpoch, "headline", []);
            MailRequest request = new(1, MailSettings.None, [], "router", "vrrp", 0, kind == MailKinds.Digest ? [sample, sample] : [sample]);
            new HandlebarsTemplate(File.ReadAllText(path)).Render(TemplateFields.Of(request, "host").Fields);
            return null;
        }
        catch (Exception exception) when (exception is MessageTemplateException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>The library for a mail's settings; a template that is broken is noted once for each version of its file.</summary>
    public TemplateLibrary For(MailSettings settings, List<string> notes)
    {
        _settings = settings;
        foreach (MailTemplateFile file in settings.Templates.ToArray())
        {
            Load(file, notes);
        }

        return this;
    }

    public (string Subject, string Body) Render((string Kind, Dictionary<string, object> Fields) mail, List<string> notes)
    {
        foreach (MailTemplateFile file in _settings.Templates.ToArray())
        {
            if (file.Kind == mail.Kind && _files[file.Path] is { Template: { } template } known)
            {
                try
                {
                    return template.Render(mail.Fields);
                }
                catch (MessageTemplateException exception)
                {
                    _files[file.Path] = known with { Template = null };
                    notes.Add(Broken(file, exception.Message));
                }
            }
        }

        if (!_defaults.TryGetValue(mail.Kind, out IMessageTemplate? standard))
        {
            _defaults[mail.Kind] = standard = new HandlebarsTemplate(DefaultText(mail.Kind));
        }

        return standard.Render(mail.Fields);
    }

    private void Load(MailTemplateFile file, List<string> notes)
    {
        DateTime written = File.GetLastWriteTimeUtc(file.Path);
        if (_files.TryGetValue(file.Path, out (DateTime Written, IMessageTemplate? Template, string? Problem) known) && known.Written == written)
        {
            return;
        }

        try
        {
            _files[file.Path] = (written, new HandlebarsTemplate(File.ReadAllText(file.Path)), null);
        }
        catch (Exception exception) when (exception is MessageTemplateException or IOException or UnauthorizedAccessException)
        {
            _files[file.Path] = (written, null, exception.Message);
            notes.Add(Broken(file, exception.Message));
        }
    }

    private static string Broken(MailTemplateFile file, string why) => $"the template {file.Path} for {file.Kind} is broken, the default is used: {HeaderText.Plain(why)}";
}
