"""The rules that hold whatever code runs: what was approved can't change, and nobody approves their own text.

Functions and triggers, not application code, so that a bug or a stray statement can't get round them.
"""

from django.db import migrations

from comms.core.tenancy import EnableRowLevelSecurity

# The same table as models.editions.TRANSITIONS; tests/campaigns/test_states.py compares them.
TRANSITIONS = """
CREATE FUNCTION campaigns_may_follow(old_state text, new_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE old_state
    WHEN 'draft'     THEN new_state IN ('in_review', 'cancelled', 'held')
    WHEN 'in_review' THEN new_state IN ('draft', 'approved', 'cancelled', 'held')
    WHEN 'approved'  THEN new_state IN ('draft', 'scheduled', 'cancelled', 'held')
    WHEN 'scheduled' THEN new_state IN ('draft', 'sending', 'cancelled', 'held')
    WHEN 'sending'   THEN new_state IN ('paused', 'completed', 'cancelled', 'held')
    WHEN 'paused'    THEN new_state IN ('sending', 'cancelled', 'held')
    WHEN 'held'      THEN new_state IN ('draft', 'in_review', 'approved', 'scheduled', 'sending',
                                        'paused', 'cancelled')
    ELSE false
  END
$$;
"""

EDITION = """
CREATE FUNCTION campaigns_guard_edition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  content_changed boolean;
  stage text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' OR NEW.frozen_hash IS NOT NULL THEN
      RAISE EXCEPTION 'an edition begins as a draft' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;

  content_changed :=
    (NEW.workspace_id, NEW.campaign_id, NEW.title, NEW.schedule_kind, NEW.send_at, NEW.local_date,
     NEW.local_time, NEW.time_zone, NEW.from_name, NEW.from_address, NEW.reply_to, NEW.unknown_policy,
     NEW.workspace_name, NEW.fallback_language,
     NEW.fallback_accepted_by_id, NEW.fallback_accepted_at, NEW.author_id)
    IS DISTINCT FROM
    (OLD.workspace_id, OLD.campaign_id, OLD.title, OLD.schedule_kind, OLD.send_at, OLD.local_date,
     OLD.local_time, OLD.time_zone, OLD.from_name, OLD.from_address, OLD.reply_to, OLD.unknown_policy,
     OLD.workspace_name, OLD.fallback_language,
     OLD.fallback_accepted_by_id, OLD.fallback_accepted_at, OLD.author_id)
    OR (NEW.authors IS DISTINCT FROM OLD.authors);
  stage := CASE OLD.state WHEN 'held' THEN OLD.held_from ELSE OLD.state END;

  IF content_changed AND stage NOT IN ('draft', 'in_review', 'approved', 'scheduled') THEN
    RAISE EXCEPTION 'an edition that is % can no longer change', OLD.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF content_changed AND stage <> 'draft' THEN
    NEW.state := 'draft';
    NEW.held_from := '';
  END IF;

  -- Frozen means frozen: the hash is set on the way into review and lost on the way back, nowhere else.
  IF NEW.frozen_hash IS DISTINCT FROM OLD.frozen_hash AND NEW.state <> 'draft'
     AND NOT (OLD.state = 'draft' AND NEW.state = 'in_review') THEN
    RAISE EXCEPTION 'the frozen hash of an edition in review can''t change'
      USING ERRCODE = 'check_violation';
  END IF;

  IF NEW.state IS DISTINCT FROM OLD.state THEN
    IF NEW.state <> 'draft' OR NOT content_changed THEN
      IF NOT campaigns_may_follow(OLD.state, NEW.state) THEN
        RAISE EXCEPTION 'an edition that is % can''t become %', OLD.state, NEW.state
          USING ERRCODE = 'check_violation';
      END IF;
    END IF;
    -- A release goes back to where the hold came from, or further back to the draft, never ahead.
    IF OLD.state = 'held' AND NEW.state NOT IN (OLD.held_from, 'draft', 'cancelled') THEN
      RAISE EXCEPTION 'an edition held while % can''t become %', OLD.held_from, NEW.state
        USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'held' AND NEW.state = 'draft' AND stage NOT IN ('draft', 'in_review', 'approved', 'scheduled') THEN
      RAISE EXCEPTION 'an edition that began sending can''t become a draft'
        USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'held' AND NEW.held_from <> OLD.state THEN
      RAISE EXCEPTION 'a hold says where it came from' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('approved', 'scheduled', 'sending') AND NOT EXISTS (
      SELECT 1 FROM campaigns_approval a
      WHERE a.edition_id = NEW.id AND a.voided_at IS NULL AND a.hash = NEW.frozen_hash
    ) THEN
      RAISE EXCEPTION 'an edition needs a second person''s approval of its frozen hash'
        USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'completed' AND EXISTS (
      SELECT 1 FROM campaigns_delivery d
      WHERE d.edition_id = NEW.id AND d.state IN ('pending', 'sending', 'deferred', 'unknown')
    ) THEN
      RAISE EXCEPTION 'an edition with open deliveries is not completed'
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;

  IF NEW.state = 'draft' AND OLD.state <> 'draft' THEN
    NEW.frozen_hash := NULL;
    NEW.frozen_at := NULL;
    NEW.frozen_total := NULL;
    UPDATE campaigns_approval SET voided_at = now()
      WHERE edition_id = NEW.id AND voided_at IS NULL;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER campaigns_guard_edition BEFORE INSERT OR UPDATE ON campaigns_edition
  FOR EACH ROW EXECUTE FUNCTION campaigns_guard_edition();

CREATE FUNCTION campaigns_guard_edition_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' THEN
    RAISE EXCEPTION 'an edition that is % is kept', OLD.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END
$$;
CREATE TRIGGER campaigns_guard_edition_gone BEFORE DELETE ON campaigns_edition
  FOR EACH ROW EXECUTE FUNCTION campaigns_guard_edition_gone();
"""

# Texts and audiences: a change sends an edition under review back to the draft, which voids its approval.
CONTENT = """
CREATE FUNCTION campaigns_guard_content() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target uuid;
  stage text;
BEGIN
  IF TG_OP = 'DELETE' THEN target := OLD.edition_id; ELSE target := NEW.edition_id; END IF;
  SELECT CASE state WHEN 'held' THEN held_from ELSE state END INTO stage
    FROM campaigns_edition WHERE id = target FOR UPDATE;
  IF stage IN ('in_review', 'approved', 'scheduled') THEN
    UPDATE campaigns_edition SET state = 'draft', held_from = '' WHERE id = target;
  ELSIF stage <> 'draft' THEN
    RAISE EXCEPTION 'what an edition that is % sends can no longer change', stage
      USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.edition_id <> OLD.edition_id THEN
    RAISE EXCEPTION 'it stays with its edition' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER campaigns_guard_variant BEFORE INSERT OR UPDATE OR DELETE ON campaigns_editionvariant
  FOR EACH ROW EXECUTE FUNCTION campaigns_guard_content();
CREATE TRIGGER campaigns_guard_audience BEFORE INSERT OR UPDATE OR DELETE ON campaigns_editionaudience
  FOR EACH ROW EXECUTE FUNCTION campaigns_guard_content();
"""

APPROVAL = """
CREATE FUNCTION campaigns_guard_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  edition campaigns_edition%ROWTYPE;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.voided_at IS NOT NULL OR NEW.voided_at IS NULL
       OR (NEW.id, NEW.workspace_id, NEW.edition_id, NEW.hash, NEW.approver_id, NEW.authors, NEW.created_at)
          IS DISTINCT FROM
          (OLD.id, OLD.workspace_id, OLD.edition_id, OLD.hash, OLD.approver_id, OLD.authors, OLD.created_at)
    THEN
      RAISE EXCEPTION 'an approval can only be voided' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO edition FROM campaigns_edition WHERE id = NEW.edition_id FOR UPDATE;
  IF edition.state IS DISTINCT FROM 'in_review' THEN
    RAISE EXCEPTION 'only an edition in review can be approved' USING ERRCODE = 'check_violation';
  END IF;
  IF edition.frozen_hash IS DISTINCT FROM NEW.hash THEN
    RAISE EXCEPTION 'the approval is of another text, audience or schedule'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.authors IS DISTINCT FROM edition.authors OR edition.author_id <> ALL (NEW.authors) THEN
    RAISE EXCEPTION 'an approval names all authors' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.approver_id = ANY (NEW.authors) THEN
    RAISE EXCEPTION 'the approver is an author' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER campaigns_guard_approval BEFORE INSERT OR UPDATE ON campaigns_approval
  FOR EACH ROW EXECUTE FUNCTION campaigns_guard_approval();
"""

# Deliveries come and go only while their edition is a draft, so that the counts always add up to the
# frozen total. Statement triggers: 100,000 rows are looked at once.
DELIVERY = """
CREATE FUNCTION campaigns_guard_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (SELECT DISTINCT edition_id FROM touched) t
    JOIN campaigns_edition e ON e.id = t.edition_id
    WHERE e.state <> 'draft' AND NOT (e.state = 'held' AND e.held_from = 'draft')
  ) THEN
    RAISE EXCEPTION 'the recipients of an edition are frozen' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER campaigns_guard_frozen_insert AFTER INSERT ON campaigns_delivery
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION campaigns_guard_frozen();
CREATE TRIGGER campaigns_guard_frozen_delete AFTER DELETE ON campaigns_delivery
  REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION campaigns_guard_frozen();

CREATE FUNCTION campaigns_guard_recipient() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'who gets what is frozen' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER campaigns_guard_recipient
  BEFORE UPDATE OF id, workspace_id, edition_id, stakeholder_id, contact_point_id, channel, variant_id, language,
    due_at ON campaigns_delivery
  FOR EACH ROW EXECUTE FUNCTION campaigns_guard_recipient();
"""

TABLES = (
    "campaigns_campaign",
    "campaigns_edition",
    "campaigns_editionaudience",
    "campaigns_editionvariant",
    "campaigns_approval",
    "campaigns_delivery",
    "campaigns_claim",
    "campaigns_sendingcap",
)

FORWARD = TRANSITIONS + EDITION + CONTENT + APPROVAL + DELIVERY
BACKWARD = """
DROP TRIGGER campaigns_guard_recipient ON campaigns_delivery;
DROP TRIGGER campaigns_guard_frozen_delete ON campaigns_delivery;
DROP TRIGGER campaigns_guard_frozen_insert ON campaigns_delivery;
DROP TRIGGER campaigns_guard_approval ON campaigns_approval;
DROP TRIGGER campaigns_guard_audience ON campaigns_editionaudience;
DROP TRIGGER campaigns_guard_variant ON campaigns_editionvariant;
DROP TRIGGER campaigns_guard_edition_gone ON campaigns_edition;
DROP TRIGGER campaigns_guard_edition ON campaigns_edition;
DROP FUNCTION campaigns_guard_recipient, campaigns_guard_frozen, campaigns_guard_approval,
  campaigns_guard_content, campaigns_guard_edition_gone, campaigns_guard_edition, campaigns_may_follow;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [
        *(EnableRowLevelSecurity(table) for table in TABLES),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
