"""What a mail carries of its delivery: Message-ID, return path and unsubscribe link, all from its id and a key.

The key is the workspace's index key, which never changes, so a message that is sent again has the same
Message-ID and links in old mails keep working.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid

from django.conf import settings
from django.utils.translation import gettext as _

from comms.accounts.selectors import list_workspace_ids
from comms.core import keyring
from comms.core.errors import NotFoundError

_MESSAGE = b"campaigns message-id v1"
_RETURN = b"campaigns return-path v1"
_LEAVE = b"campaigns unsubscribe v1"
_RETURN_TAG = 8
_LEAVE_TAG = 16


def message_id(ring: keyring.Ring, delivery_id: uuid.UUID, domain: str) -> str:
    """`<32 hexadecimal digits@domain>`, always the same for a delivery (RFC 5322, 3.6.4)."""
    return f"<{ring.index(_MESSAGE, delivery_id.bytes)[:16].hex()}@{domain}>"


def return_path(ring: keyring.Ring, delivery_id: uuid.UUID, domain: str) -> str:
    """The envelope's sender: names the delivery (VERP) and can't be made up. 51 characters before the @."""
    tag = ring.index(_RETURN, delivery_id.bytes)[:_RETURN_TAG]
    return f"b-{delivery_id.hex}-{tag.hex()}@{domain}"


def read_return_path(ring: keyring.Ring, address: str) -> uuid.UUID | None:
    """The delivery that a bounce to `address` is about, if this workspace sent it. Case doesn't matter."""
    local = address.partition("@")[0].lower()
    kind, _dash, rest = local.partition("-")
    words = rest.split("-")
    if kind != "b" or len(words) != 2:
        return None
    try:
        delivery_id, tag = uuid.UUID(words[0]), bytes.fromhex(words[1])
    except ValueError:
        return None
    expected = ring.index(_RETURN, delivery_id.bytes)[:_RETURN_TAG]
    return delivery_id if hmac.compare_digest(tag, expected) else None


def unsubscribe_token(ring: keyring.Ring, workspace_id: uuid.UUID, delivery_id: uuid.UUID) -> str:
    """64 characters for an address: workspace, delivery and what only we can compute over both."""
    named = workspace_id.bytes + delivery_id.bytes
    return base64.urlsafe_b64encode(named + ring.index(_LEAVE, named)[:_LEAVE_TAG]).decode()


def unsubscribe_link(token: str) -> str:
    """The whole address of the page that a token opens."""
    return f"{settings.PUBLIC_URL}/u/{token}/"


def read_unsubscribe_token(token: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Workspace and delivery. Raises NotFoundError for anything that we didn't make."""
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
        workspace_id = uuid.UUID(bytes=content[:16])
        delivery_id = uuid.UUID(bytes=content[16:32])
    except (ValueError, binascii.Error) as error:
        raise _unknown() from error
    # Asking for the keys of a workspace makes them, so only those that exist are asked for.
    if len(content) != 32 + _LEAVE_TAG or workspace_id not in list_workspace_ids():
        raise _unknown()
    expected = keyring.ring_of(workspace_id).index(_LEAVE, content[:32])[:_LEAVE_TAG]
    if not hmac.compare_digest(content[32:], expected):
        raise _unknown()
    return workspace_id, delivery_id


def _unknown() -> NotFoundError:
    return NotFoundError(_("This link is not one of ours, or it was cut off when it was copied."))
