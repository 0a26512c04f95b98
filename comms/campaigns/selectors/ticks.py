"""Where a tick has work."""

from __future__ import annotations

import uuid

from django.db import connection


def list_workspaces_with_work() -> list[uuid.UUID]:
    """Workspaces with editions that are due to begin or are being sent, or with lapsed claims. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT campaigns_workspaces_with_work()")
        return [workspace_id for (workspace_id,) in cursor.fetchall()]
