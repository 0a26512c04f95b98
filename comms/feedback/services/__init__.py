"""What changes forms, submissions and cases."""

from comms.feedback.services.arrivals import Sending
from comms.feedback.services.cases import (
    assign_case,
    claim_case,
    link_stakeholder,
    mark_read,
    note_opened,
    set_category,
    set_due,
    set_state,
    set_urgency,
)
from comms.feedback.services.codebook import (
    remove_category,
    remove_template,
    save_category,
    save_template,
)
from comms.feedback.services.departing import free_cases, free_cases_unless_working
from comms.feedback.services.dialogue import add_note, post_message, post_reply
from comms.feedback.services.events import group_of
from comms.feedback.services.files import (
    check_token,
    open_file,
    store_part,
    sweep_files,
    upload_token,
)
from comms.feedback.services.forms import (
    archive_form,
    change_settings,
    close_form,
    create_form,
    duplicate_form,
    reopen_form,
    restore_form,
    save_draft,
)
from comms.feedback.services.limits import count_addresses, limit_address
from comms.feedback.services.proofs import make_challenge, spend_proof
from comms.feedback.services.publishing import publish_version
from comms.feedback.services.returning import (
    admit_return,
    challenge_return,
    erase_submission,
    find_return,
    rate_answer,
)
from comms.feedback.services.sending import send_submission, send_together
from comms.feedback.services.ticking import (
    close_due_forms,
    mark_overdue,
    record_erasures,
    remind_due,
)

__all__ = [
    "Sending",
    "add_note",
    "admit_return",
    "archive_form",
    "assign_case",
    "challenge_return",
    "change_settings",
    "check_token",
    "claim_case",
    "close_due_forms",
    "close_form",
    "count_addresses",
    "create_form",
    "duplicate_form",
    "erase_submission",
    "find_return",
    "free_cases",
    "free_cases_unless_working",
    "group_of",
    "limit_address",
    "link_stakeholder",
    "make_challenge",
    "mark_overdue",
    "mark_read",
    "note_opened",
    "open_file",
    "post_message",
    "post_reply",
    "publish_version",
    "rate_answer",
    "record_erasures",
    "remind_due",
    "remove_category",
    "remove_template",
    "reopen_form",
    "restore_form",
    "save_category",
    "save_draft",
    "save_template",
    "send_submission",
    "send_together",
    "set_category",
    "set_due",
    "set_state",
    "set_urgency",
    "spend_proof",
    "store_part",
    "sweep_files",
    "upload_token",
]
