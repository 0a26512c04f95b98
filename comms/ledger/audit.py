"""The ledger's own acts, in words."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "ledger.erased_details": _("erased what %(entries)s entries said about this"),
    "ledger.exported_trail": _("exported the audit trail as %(format)s"),
    "ledger.checked_chain": _("checked the chain up to entry %(seq)s: %(result)s"),
    "ledger.rotated_keys": _("made a new data key"),
    "ledger.finished_rotation": _("sealed everything anew under the new data key"),
    "ledger.added_witness": _("added %(name)s as a witness of the log"),
    "ledger.removed_witness": _("removed %(name)s from the witnesses of the log"),
    "ledger.rewrapped_keys": _("wrapped %(count)s data keys under the key-encryption key %(key)s"),
}

SUBJECTS = {"witness": (_("witness"), "")}


def _verdict(code: str) -> str:
    """What a check found: `intact`, or `broken at 12`."""
    if code == "intact":
        return gettext("intact")
    return gettext("broken at entry %(number)s") % {"number": code.rpartition(" ")[2]}


NAMES = {"ledger.checked_chain": {"result": _verdict}}
