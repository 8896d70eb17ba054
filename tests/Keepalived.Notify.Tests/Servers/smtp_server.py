# A mail server for tests, on aiosmtpd: keeps each message as N.eml and its envelope as N.json, and misbehaves on demand.
#   smtp_server.py DIR [tls=none|starttls|implicit] [cert=FILE] [auth=USER:PASSWORD] [mechanisms=PLAIN,LOGIN]
#                  [defer=N] [refuse=ADDRESS,...] [later=ADDRESS,...] [refuseall=1] [helo=only] [silent=greeting|data]
# Prints "port N" when it listens.
import asyncio, json, os, socket, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

directory = sys.argv[1]
options = dict(word.split('=', 1) for word in sys.argv[2:])
state = {'count': 0, 'defer': int(options.get('defer', 0)), 'log': []}

def log(text):
    with open(os.path.join(directory, 'log'), 'a') as file:
        file.write(text + '\n')

class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        log('EHLO ' + hostname)
        if options.get('helo') == 'only':
            return ['500 what?']
        session.host_name = hostname
        return responses

    async def handle_HELO(self, server, session, envelope, hostname):
        log('HELO ' + hostname)
        session.host_name = hostname
        return '250 ok'

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in options.get('refuse', '').split(',') or 'refuseall' in options:
            return '550 5.1.1 nobody of that name'
        if address in options.get('later', '').split(','):
            return '450 4.2.0 greylisted'
        envelope.rcpt_tos.append(address)
        return '250 ok'

    async def handle_DATA(self, server, session, envelope):
        log('DATA')
        if options.get('silent') == 'data':
            await asyncio.sleep(3600)
        if state['defer'] > 0:
            state['defer'] -= 1
            return '451 4.3.0 later'
        state['count'] += 1
        n = state['count']
        with open(os.path.join(directory, '%d.eml.new' % n), 'wb') as file:
            file.write(envelope.original_content)
        with open(os.path.join(directory, '%d.json' % n), 'w') as file:
            json.dump({'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'tls': server.transport.get_extra_info('ssl_object') is not None, 'auth': bool(session.authenticated), 'connection': server.number}, file)
        os.rename(os.path.join(directory, '%d.eml.new' % n), os.path.join(directory, '%d.eml' % n))
        return '250 2.0.0 kept'

def authenticate(server, session, envelope, mechanism, data):
    user, password = options['auth'].split(':')
    log('AUTH ' + mechanism)
    return AuthResult(success=data.login == user.encode() and data.password == password.encode(), handled=False)

class Numbered(SMTP):
    """Knows which connection it is: the order in which a client opened them."""
    def connection_made(self, transport):
        state['connections'] = state.get('connections', 0) + 1
        self.number = state['connections']
        super().connection_made(transport)

async def main():
    tls = options.get('tls', 'none')
    context = None
    if tls != 'none':
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options['cert'])
    arguments = {'hostname': 'test', 'ident': 'test'}
    if tls == 'starttls':
        arguments['tls_context'] = context
    if 'auth' in options:
        arguments.update(authenticator=authenticate, auth_required=True, auth_require_tls=False)
        arguments['auth_exclude_mechanism'] = {'PLAIN', 'LOGIN'} - set(options.get('mechanisms', 'PLAIN,LOGIN').split(','))
    loop = asyncio.get_running_loop()
    if options.get('silent') == 'greeting':
        server = await asyncio.start_server(lambda r, w: asyncio.sleep(3600), '127.0.0.1', int(options.get('port', 0)))
    else:
        server = await loop.create_server(lambda: Numbered(Handler(), **arguments), '127.0.0.1', int(options.get('port', 0)), ssl=context if tls == 'implicit' else None)
    print('port', server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
