"""Review, cases, statistics."""

from shared.problems.kinds import ProblemType, problem

PROBLEMS: tuple[ProblemType, ...] = (
    problem(
        "move_refused",
        422,
        ("Chưa làm được bước này", "This step is not possible now"),
        ("Không thực hiện được bước “{action}”: {reasons}.", "“{action}” is not possible: {reasons}."),
    ),
    problem(
        "version_stale",
        409,
        ("Hồ sơ đã thay đổi", "Someone changed it meanwhile"),
        (
            "Hồ sơ đã ở phiên bản {version}; tải lại, xem thay đổi rồi làm tiếp.",
            "It is at version {version} by now; reload, look at the change and go on.",
        ),
    ),
    problem(
        "already_reviewed",
        409,
        ("Phiếu đã được duyệt", "Already reviewed"),
        (
            "Phiếu đã ở trạng thái “{state}”; tải lại để xem ai đã duyệt.",
            "The report is “{state}” already; reload to see who reviewed it.",
        ),
    ),
    problem(
        "report_in_case",
        409,
        ("Phiếu đã thuộc vụ việc", "The report is in a case"),
        (
            "Phiếu {report} đã thuộc vụ việc {case}; mở vụ việc đó.",
            "Report {report} belongs to case {case}; open that one.",
        ),
    ),
    problem(
        "task_answered",
        409,
        ("Nhiệm vụ đã có phiếu trả lời", "The task is answered"),
        (
            "Nhiệm vụ {task} đã được trả lời bằng phiếu {report}; cần thêm thì giao nhiệm vụ mới.",
            "Task {task} was answered by report {report}; give another task if more is needed.",
        ),
    ),
    problem(
        "report_not_accepted",
        422,
        ("Phiếu chưa được chấp nhận", "The report is not accepted"),
        (
            "Phiếu {report} chưa được chấp nhận hoặc đã bị thay thế; duyệt phiếu trước khi lập vụ việc.",
            "Report {report} is not accepted or was superseded; review it before opening a case.",
        ),
    ),
    problem(
        "still_refused",
        422,
        ("Vẫn chưa nhận được", "Still refused"),
        ("Nội dung cách ly vẫn bị từ chối: {reason}", "What is in quarantine is still refused: {reason}"),
    ),
)
