"""The typed catalogue of what is recorded: subject:verb."""

from enum import StrEnum


class Action(StrEnum):
    KEY_MADE = "key:made"
    OFFICER_SIGNED_IN = "officer:signed_in"
    OFFICER_SIGN_IN_REFUSED = "officer:sign_in_refused"
    OFFICER_SIGNED_OUT = "officer:signed_out"
    CODE_MADE = "code:made"
    DEVICE_ENROLLED = "device:enrolled"
    DEVICE_REVOKED = "device:revoked"
    REPORT_RECEIVED = "report:received"
    REPORT_REVIEWED = "report:reviewed"
    REPORT_SUPERSEDED = "report:superseded"
    REPORT_VIEWED = "report:viewed"
    REPORT_ASSESSED = "report:assessed"
    EVIDENCE_CONFIRMED = "evidence:confirmed"
    EVIDENCE_VIEWED = "evidence:viewed"
    QUARANTINE_KEPT = "quarantine:kept"
    QUARANTINE_REPLAYED = "quarantine:replayed"
    CASE_OPENED = "case:opened"
    CASE_MOVED = "case:moved"
    CASE_VIEWED = "case:viewed"
    REGISTRY_LOADED = "registry:loaded"
