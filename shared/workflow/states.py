"""Who may do things, and the states a case goes through."""

from enum import StrEnum


class Role(StrEnum):
    INSPECTOR = "inspector"
    SUPERVISOR = "supervisor"
    DIRECTOR = "director"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class CaseState(StrEnum):
    OPENED = "opened"
    VERIFYING = "verifying"
    RECORDED = "recorded"
    TRANSFERRED = "transferred"
    CLOSED = "closed"


class CaseAction(StrEnum):
    VERIFY = "verify"
    RECORD_VIOLATION = "record_violation"
    TRANSFER = "transfer"
    TRANSFER_ANSWERED = "transfer_answered"
    CLOSE = "close"
