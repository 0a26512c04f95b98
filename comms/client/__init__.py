"""comms-cli: conversations from a terminal, as a member with keys of their own.

Owns nothing on the server and shares no code with the browser: it talks to the API as any program may,
and checks everything by itself over comms.wire. Promises: the passphrase is sent to nobody; what a
browser refuses (forks, rollback, bad signatures, keys that are not logged, writers who may not) is refused here
with the same words and an exit code of its own; nothing is sent after that.
"""
