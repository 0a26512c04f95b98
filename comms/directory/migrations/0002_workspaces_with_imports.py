"""One question answers in which workspaces an import is under way, instead of one transaction for each workspace.

As in comms.ledger's 0002: the function runs as the table's owner, whom forced row-level security shows only
imports under way; the product's role sees no row through it and learns workspaces' ids alone.
"""

from django.db import migrations

FORWARD = """
CREATE POLICY tick_finds_imports ON directory_import FOR SELECT TO CURRENT_USER
  USING (state IN ('checking', 'running'));

CREATE FUNCTION directory_workspaces_with_imports() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT workspace_id FROM public.directory_import WHERE state IN ('checking', 'running')
$$;
"""

BACKWARD = """
DROP FUNCTION directory_workspaces_with_imports();
DROP POLICY tick_finds_imports ON directory_import;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
