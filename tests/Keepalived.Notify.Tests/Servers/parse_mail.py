# An independent reader of mail: prints what python's email package finds in a message, as JSON.
import email, email.policy, email.utils, json, sys

raw = open(sys.argv[1], 'rb').read()
message = email.message_from_bytes(raw, policy=email.policy.default)
strict = email.message_from_bytes(raw, policy=email.policy.SMTP)
print(json.dumps({
    'names': message.keys(),
    'subject': message['Subject'],
    'from': [[a.display_name, a.addr_spec] for a in message['From'].addresses],
    'to': [[a.display_name, a.addr_spec] for a in message['To'].addresses],
    'date': email.utils.parsedate_to_datetime(message['Date']).timestamp(),
    'id': message['Message-ID'],
    'type': message.get_content_type(),
    'body': message.get_content(),
    'defects': [str(d) for d in message.defects] + [str(d) for h in message.values() for d in getattr(h, 'defects', ())],
    'longest': max(len(line) for line in raw.split(b'\r\n')),
    'bare': raw.replace(b'\r\n', b'').count(b'\n') + raw.replace(b'\r\n', b'').count(b'\r'),
    'ascii': all(b < 128 for b in raw),
}))
