"""What the enums of the wire are called on a screen, by class name and value: this layer does not know the wire.

The English is here, the Vietnamese in `vi/labels.po` with the class name as context.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from shared.i18n import Words

LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Kind": {
            "extraction": "Extraction",
            "transport": "Transport",
            "stockyard": "Stockyard",
        },
        "BasisKind": {
            "plan": "Inspection plan",
            "order": "Inspection decision",
            "tip": "Tip",
            "alarm": "Alarm of a monitoring system",
            "patrol": "Patrol",
            "task": "Assigned task",
            "transfer": "Transfer from another agency",
        },
        "Mode": {
            "planned": "Planned",
            "unannounced": "Unannounced",
        },
        "ActState": {
            "ongoing": "Still going on",
            "ended": "Ended",
            "unknown": "Not known",
        },
        "TimeSource": {
            "gnss": "Satellite time",
            "server": "Time of the server",
            "none": "Not compared with another clock",
        },
        "PositionRole": {
            "observer": "Where the inspector stood",
            "target": "Where the act was seen",
            "marker": "Boundary marker",
        },
        "SubjectRole": {
            "offender": "Person or body suspected of the violation",
            "captain": "Captain",
            "driver": "Driver",
            "vehicle_owner": "Owner of the vehicle or vessel",
            "cargo_owner": "Owner of the cargo",
            "witness": "Witness",
            "representative": "Representative",
        },
        "SubjectKind": {
            "person": "Individual",
            "household_business": "Household business",
            "organisation": "Organisation",
            "branch": "Branch of an organisation",
            "unknown": "Not known",
        },
        "LicenceCheckItem": {
            "design": "Mine design",
            "mine_director": "Mine director",
            "markers": "Markers at the corner points",
            "scale": "Weighbridge",
            "camera": "Camera",
            "tracker": "Journey tracker",
            "board": "Public notice board",
            "deposit": "Deposit for restoring the environment",
            "land_lease": "Land lease",
            "environment_licence": "Environment licence",
        },
        "CheckResult": {
            "present": "There",
            "absent": "Not there",
            "not_checked": "Not checked",
        },
        "VehicleKind": {
            "road": "Road vehicle",
            "vessel": "Inland vessel",
        },
        "Activity": {
            "digging": "Digging",
            "pumping": "Pumping",
            "loading": "Loading",
            "moving": "Moving",
            "stockpiling": "Stockpiling",
            "processing": "Processing",
            "idle": "Idle",
        },
        "QuantityKind": {
            "volume": "Volume",
            "mass": "Mass",
            "length": "Length",
            "area": "Area",
            "depth": "Depth",
            "percent": "Percentage",
            "count": "Number",
        },
        "Basis": {
            "loose": "Loose",
            "in_place": "In place",
            "weight": "By weight",
        },
        "DocumentKind": {
            "invoice": "Invoice",
            "delivery_note": "Delivery note",
            "weigh_slip": "Weigh slip",
            "contract": "Contract",
            "licence": "Extraction licence",
            "log_book": "Log book",
            "registration": "Registration",
            "technical_inspection": "Technical inspection",
            "driving_licence": "Driving licence",
            "crew_certificate": "Crew certificate",
            "tracker_data": "Data of the journey tracker",
            "other": "Other paper",
        },
        "Presented": {
            "shown": "Shown",
            "not_shown": "Not shown",
            "promised": "To be shown later",
            "not_asked": "Not asked for",
        },
        "SceneActionKind": {
            "stop": "Work stopped",
            "seal": "Sealed",
            "detain": "Detained",
            "hand_over": "Handed over",
        },
        "SignatureResult": {
            "signed": "Signed",
            "refused": "Refused to sign",
        },
        "Purpose": {
            "overview": "Overview",
            "plate": "Plate or registration number",
            "load": "Load",
            "document": "Document",
            "measurement": "Measurement",
            "marker": "Boundary marker",
            "board": "Notice board",
            "signature": "Signature",
            "identity": "Identity paper",
            "statement": "Statement",
            "other": "Other",
        },
        "RuleAnswer": {
            "yes": "Yes",
            "no": "No",
            "cannot_tell": "Cannot tell",
        },
    }
)


def label(words: Words, member: StrEnum) -> str:
    """The name of an enum's member as a list or a card shows it; KeyError for an enum nobody sees."""
    name = type(member).__name__
    return words.context(name, LABELS[name][member.value])
