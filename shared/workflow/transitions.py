"""THE TABLE of moves. One row a move: from where, by whom, with what, to where. Adding a move is adding a row."""

from dataclasses import dataclass
from enum import StrEnum

from shared.problems import Text
from shared.workflow.states import CaseAction, CaseState, Role


class Needs(StrEnum):
    """The kind of one thing a move asks for."""

    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One field of a move's `data`. `choices` only for CHOICE: value → words."""

    name: str
    needs: Needs
    label: Text
    choices: tuple[tuple[str, Text], ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    action: CaseAction
    sources: frozenset[CaseState]
    target: CaseState
    roles: frozenset[Role]
    label: Text
    requires: tuple[Requirement, ...] = ()
    citation: str = ""  # verified by nobody yet: shown as a hint, never printed on a paper


_SUPERVISORS = frozenset({Role.SUPERVISOR, Role.DIRECTOR})
_REASON = Requirement("reason", Needs.TEXT, Text("Lý do", "Reason"))

OUTCOMES: tuple[tuple[str, Text], ...] = (
    ("no_violation", Text("Không có vi phạm", "No violation")),
    ("limitation_passed", Text("Hết thời hiệu", "Limitation period passed")),
    ("handled_elsewhere", Text("Cơ quan khác đã xử lý", "Handled by another agency")),
    ("sanctioned", Text("Đã xử phạt", "Sanctioned")),
)

RECEIVERS: tuple[tuple[str, Text], ...] = (
    ("market_surveillance", Text("Quản lý thị trường", "Market surveillance")),
    ("police", Text("Công an", "Police")),
    ("tax", Text("Cơ quan thuế", "Tax authority")),
    ("commune", Text("Ủy ban nhân dân cấp xã", "Commune People's Committee")),
    ("construction", Text("Sở Xây dựng", "Department of Construction")),
    ("agriculture_environment", Text("Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment")),
    ("investigation_body", Text("Cơ quan điều tra", "Investigation body")),
)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        CaseAction.VERIFY,
        frozenset({CaseState.OPENED}),
        CaseState.VERIFYING,
        _SUPERVISORS,
        Text("Yêu cầu xác minh", "Order verification"),
        (Requirement("question", Needs.TEXT, Text("Nội dung cần xác minh", "What is to be verified")),),
        citation="Luật XLVPHC Đ59",
    ),
    Transition(
        CaseAction.RECORD_VIOLATION,
        frozenset({CaseState.OPENED, CaseState.VERIFYING}),
        CaseState.RECORDED,
        _SUPERVISORS,
        Text("Ghi nhận biên bản vi phạm hành chính", "Enter the violation record"),
        (
            Requirement("number", Needs.TEXT, Text("Số biên bản", "Number of the record")),
            Requirement("drawn_on", Needs.DATE, Text("Ngày lập biên bản", "Date of the record")),
        ),
        citation="NĐ 118/2021 Đ12",
    ),
    Transition(
        CaseAction.TRANSFER,
        frozenset({CaseState.OPENED, CaseState.VERIFYING, CaseState.RECORDED}),
        CaseState.TRANSFERRED,
        _SUPERVISORS,
        Text("Chuyển hồ sơ", "Transfer the file"),
        (
            Requirement("receiver", Needs.CHOICE, Text("Cơ quan nhận", "Receiving agency"), RECEIVERS),
            Requirement("letter", Needs.TEXT, Text("Số công văn", "Number of the letter")),
            Requirement("answer_due", Needs.DATE, Text("Hạn trả lời", "Answer due"), optional=True),
            _REASON,
        ),
        citation="Luật XLVPHC Đ58, Đ62",
    ),
    Transition(
        CaseAction.TRANSFER_ANSWERED,
        frozenset({CaseState.TRANSFERRED}),
        CaseState.VERIFYING,
        _SUPERVISORS,
        Text("Hồ sơ được trả lại để xử lý tiếp", "The file came back to go on with"),
        (Requirement("answer", Needs.TEXT, Text("Nội dung trả lời", "The answer")),),
    ),
    Transition(
        CaseAction.CLOSE,
        frozenset({CaseState.OPENED, CaseState.VERIFYING, CaseState.RECORDED, CaseState.TRANSFERRED}),
        CaseState.CLOSED,
        _SUPERVISORS,
        Text("Kết thúc vụ việc", "Close the case"),
        (Requirement("outcome", Needs.CHOICE, Text("Kết quả", "Outcome"), OUTCOMES), _REASON),
    ),
)
