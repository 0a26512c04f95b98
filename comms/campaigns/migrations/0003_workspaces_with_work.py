"""One question answers in which workspaces a tick has work, instead of two transactions for each workspace.

As in comms.ledger's 0002: the function runs as the tables' owner, whom forced row-level security shows only
what such work is made of; the product's role sees no row through it and learns workspaces' ids alone.
"""

from django.db import migrations

# Both parts read partial indexes (edition_active, claim_open) that hold what is under way and nothing else.
FORWARD = """
CREATE POLICY tick_finds_editions ON campaigns_edition FOR SELECT TO CURRENT_USER
  USING (state IN ('scheduled', 'sending'));
CREATE POLICY tick_finds_claims ON campaigns_claim FOR SELECT TO CURRENT_USER
  USING (closed_at IS NULL);

CREATE FUNCTION campaigns_workspaces_with_work() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT workspace_id FROM public.campaigns_edition
    WHERE state = 'sending' OR (state = 'scheduled' AND starts_at <= now())
    UNION
    SELECT workspace_id FROM public.campaigns_claim
    WHERE closed_at IS NULL AND lease_until < now()
$$;
"""

BACKWARD = """
DROP FUNCTION campaigns_workspaces_with_work();
DROP POLICY tick_finds_claims ON campaigns_claim;
DROP POLICY tick_finds_editions ON campaigns_edition;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_rules")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
