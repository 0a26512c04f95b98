"""One question answers whose entries wait for the sealer, instead of one transaction for each workspace.

The function runs as the tables' owner, and row-level security is forced on the owner too: hence a policy
that shows the owner, who could switch the protection off anyway, the entries that are not yet sealed. The
product's role gets no view of any row; it learns from the function which workspaces have work, as ids.
"""

from django.db import migrations

# A loose index scan over audit_unsealed: its cost grows with the workspaces that have work, neither with all
# workspaces nor with the entries that wait.
FORWARD = """
CREATE POLICY sealer_finds_work ON ledger_auditentry FOR SELECT TO CURRENT_USER USING (seq IS NULL);

CREATE FUNCTION ledger_pending_workspaces() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE waiting AS (
        (SELECT workspace_id FROM public.ledger_auditentry WHERE seq IS NULL ORDER BY workspace_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT entry.workspace_id FROM public.ledger_auditentry AS entry
            WHERE entry.seq IS NULL AND entry.workspace_id > waiting.workspace_id
            ORDER BY entry.workspace_id LIMIT 1
        )
        FROM waiting WHERE waiting.workspace_id IS NOT NULL
    )
    SELECT workspace_id FROM waiting WHERE workspace_id IS NOT NULL
$$;
"""

BACKWARD = """
DROP FUNCTION ledger_pending_workspaces();
DROP POLICY sealer_finds_work ON ledger_auditentry;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
