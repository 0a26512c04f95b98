"""What others may read of the directory. `sendable` says who gets a message and who must not."""

from comms.directory.selectors.audiences import (
    audience_ids_by_stakeholder,
    audience_queryset,
    audience_sizes,
    audiences_page,
    by_specificity,
    get_audience,
    list_audiences,
    members_of,
    stakeholders_of,
)
from comms.directory.selectors.facets import Facets, list_facets
from comms.directory.selectors.filters import (
    StakeholderFilter,
    filter_from_json,
    ids_by_text,
    matching,
)
from comms.directory.selectors.history import list_history
from comms.directory.selectors.imports import (
    error_file_rows,
    explained_rows,
    first_rows,
    get_import,
    list_imports,
    list_waiting_import_ids,
    list_workspaces_with_imports,
    sentences_of,
)
from comms.directory.selectors.recipients import (
    Handover,
    Recipient,
    blocked_now,
    load_handover,
    load_recipients,
)
from comms.directory.selectors.sendable import (
    BLOCKED_REASONS,
    Sendable,
    SendableQuery,
    contact_points_for,
    count_sendable,
    list_sendable,
    sendable_query,
)
from comms.directory.selectors.stakeholders import (
    get_consent,
    get_contact_point,
    get_stakeholder,
    list_stakeholders,
    names_of,
)

__all__ = [
    "BLOCKED_REASONS",
    "Facets",
    "Handover",
    "Recipient",
    "Sendable",
    "SendableQuery",
    "StakeholderFilter",
    "audience_ids_by_stakeholder",
    "audience_queryset",
    "audience_sizes",
    "audiences_page",
    "blocked_now",
    "by_specificity",
    "contact_points_for",
    "count_sendable",
    "error_file_rows",
    "explained_rows",
    "filter_from_json",
    "first_rows",
    "get_audience",
    "get_consent",
    "get_contact_point",
    "get_import",
    "get_stakeholder",
    "ids_by_text",
    "list_audiences",
    "list_facets",
    "list_history",
    "list_imports",
    "list_sendable",
    "list_stakeholders",
    "list_waiting_import_ids",
    "list_workspaces_with_imports",
    "load_handover",
    "load_recipients",
    "matching",
    "members_of",
    "names_of",
    "sendable_query",
    "sentences_of",
    "stakeholders_of",
]
