"""What the field app needs from the world. Adapters in `storage`, `transport` and `device` fulfil these; `bootstrap`
puts them together; services receive them. Failures that a user can meet are `shared.problems.Problem`.
"""

from mobile.ports.device import (
    Clock,
    FreeSpace,
    Gnss,
    GnssUnavailable,
    Keystore,
    KeyWrap,
    Photo,
    Scanner,
    Share,
    Stop,
    Uptime,
    Vault,
)
from mobile.ports.drafts import Draft, Drafts, FileState, FileStore, LocalFile, StoredFile
from mobile.ports.machine import Camera, Machine
from mobile.ports.outbox import Held, Left, Outbox, QueuedReport, QueueState, ReportBrief, Slot, Totals
from mobile.ports.people import Accounts, Device, Officer, PinRecord, PinStore, Session
from mobile.ports.queues import (
    RELAYED_NAME,
    Declared,
    FileOnItsWay,
    Queue,
    Relayed,
    RelayedFile,
    RelayedReport,
    ReportOnItsWay,
)
from mobile.ports.reference import Reference, ReferenceDelta, ReferenceState
from mobile.ports.reviews import Reviewed, Reviews, Verdict
from mobile.ports.server import Answer, Enrolled, May, OnOffset, ServerApi, ServerProblem
from mobile.ports.settings import Backups, Network, NetworkKind, Preferences
from mobile.ports.tasks import GivenTask, OpenTask, Tasks

__all__ = [
    "Accounts",
    "Answer",
    "Backups",
    "Camera",
    "Clock",
    "Declared",
    "Device",
    "Draft",
    "Drafts",
    "Enrolled",
    "FileOnItsWay",
    "FileState",
    "FileStore",
    "FreeSpace",
    "Gnss",
    "Held",
    "GivenTask",
    "GnssUnavailable",
    "KeyWrap",
    "Keystore",
    "Left",
    "Machine",
    "Scanner",
    "Share",
    "LocalFile",
    "May",
    "Network",
    "NetworkKind",
    "Officer",
    "OpenTask",
    "Tasks",
    "OnOffset",
    "Outbox",
    "Photo",
    "PinRecord",
    "PinStore",
    "Preferences",
    "Queue",
    "QueueState",
    "QueuedReport",
    "RELAYED_NAME",
    "Reference",
    "ReferenceDelta",
    "ReferenceState",
    "Relayed",
    "RelayedFile",
    "RelayedReport",
    "ReportBrief",
    "ReportOnItsWay",
    "Reviewed",
    "Reviews",
    "ServerApi",
    "ServerProblem",
    "Session",
    "Slot",
    "Stop",
    "StoredFile",
    "Totals",
    "Uptime",
    "Vault",
    "Verdict",
]
