"""The directory's forms."""

from comms.directory.forms.audiences import AudienceForm
from comms.directory.forms.bulk import BulkForm
from comms.directory.forms.filters import FilterForm
from comms.directory.forms.imports import MappingForm, UploadForm
from comms.directory.forms.stakeholders import (
    ConsentForm,
    ContactPointForm,
    EndConsentForm,
    LiftForm,
    StakeholderForm,
)

__all__ = [
    "AudienceForm",
    "BulkForm",
    "ConsentForm",
    "ContactPointForm",
    "EndConsentForm",
    "FilterForm",
    "LiftForm",
    "MappingForm",
    "StakeholderForm",
    "UploadForm",
]
