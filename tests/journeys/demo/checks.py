"""After the job: does everything hold? Each check compares what two sides say by themselves."""

import hashlib
import json
from typing import TYPE_CHECKING

from tests.journeys.demo import ledger, register
from tests.journeys.demo.office import Api
from tests.journeys.demo.screen import hold

if TYPE_CHECKING:
    from tests.journeys.demo.job import Job


def all_hold(job: "Job") -> None:
    filed, supervisor = job.filed(), job.sign_in("supervisor")
    arrived(job, filed, supervisor)
    photos_equal(job, filed, supervisor)
    nothing_twice(job, filed)
    history_whole(job, supervisor)
    assessed(job)
    register.phones_have_what_the_office_has(job)
    month_equal(job, filed)
    chain_whole(job, filed)


def arrived(job: "Job", filed: list[ledger.Filed], supervisor: Api) -> None:
    """As many reports received as filed, the same ones, each confirmed on its phone; no number missing."""
    there = {row["id"]: row for row in supervisor.all("reports/")}
    hold(
        set(there) == {report.id for report in filed},
        "Phiếu trên máy chủ khác phiếu trên điện thoại",
        "reports differ between server and phones",
    )
    unconfirmed = [report.id for report in filed if report.state != "confirmed"]
    hold(
        not unconfirmed,
        f"{len(unconfirmed)} phiếu chưa được xác nhận trên điện thoại",
        f"{len(unconfirmed)} reports are not confirmed",
    )
    flagged = {row["id"]: row["flags"] for row in there.values() if row["flags"]}
    hold(not flagged, f"Có phiếu bị đánh dấu: {flagged}", "some reports are flagged")
    gaps = [gap for gap in supervisor.get("devices/gaps/")["results"] if gap["missing"]]
    hold(not gaps, "Có số phiếu chưa đến", "sequence numbers are missing")
    job.figures["received"] = len(there)
    job.screen.step(
        f"Nhận đủ: {len(there)}/{len(filed)} phiếu, không thiếu số nào",
        f"received {len(there)} of {len(filed)}, no gap",
    )


def photos_equal(job: "Job", filed: list[ledger.Filed], supervisor: Api) -> None:
    """Every photo, downloaded from the office, has the SHA-256 of the bytes on its phone."""
    compared = 0
    for report in filed:
        for evidence, (sha256, state) in report.files.items():
            hold(state == "confirmed", f"Ảnh {evidence} chưa được xác nhận", f"photo {evidence} is not confirmed")
            content = supervisor.download(f"reports/{report.id}/evidence/{evidence}/")
            hold(
                hashlib.sha256(content).hexdigest() == sha256,
                f"Ảnh {evidence} khác nhau hai phía",
                f"photo {evidence} differs",
            )
            compared += 1
        job.screen.progress(f"So ảnh {compared}/{job.figures['photos']} / comparing photos")
    hold(compared == job.figures["photos"], "Thiếu ảnh", "photos are missing")
    job.figures["photos_equal"] = compared
    job.screen.step(
        f"SHA-256 của {compared} ảnh bằng nhau ở hai phía", f"SHA-256 of {compared} photos equal on both sides"
    )


def nothing_twice(job: "Job", filed: list[ledger.Filed]) -> None:
    """One stored file a content, one receipt number a report, nothing left half way."""
    store = job.office.var / "evidence"
    originals = store.glob("[0-9a-f][0-9a-f]/*")  # small pictures lie elsewhere
    stored = [path.name for path in originals]
    contents = {sha256 for report in filed for sha256, _ in report.files.values()}
    leftovers = list((store / "incoming").iterdir())
    hold(
        sorted(stored) == sorted(contents),
        "Kho chứng cứ thừa hoặc thiếu tệp",
        "the evidence store has too many or too few files",
    )
    hold(not leftovers, "Còn tệp gửi dở", "half-sent files are left")
    numbers = [report.receipt["number"] for report in filed if report.receipt]
    hold(len(set(numbers)) == len(filed), "Có số tiếp nhận trùng", "receipt numbers repeat")
    events = json.loads(job.office.manage("count_events").splitlines()[-1])
    hold(
        events["report:received"] == len(filed),
        "Nhật ký ghi tiếp nhận thừa hoặc thiếu",
        "the audit shows too many or too few receipts",
    )
    hold(
        events["evidence:confirmed"] == len(contents),
        "Nhật ký ghi tệp thừa hoặc thiếu",
        "the audit shows too many or too few files",
    )
    job.screen.step(f"Không có gì trùng: {len(stored)} tệp, {len(set(numbers))} số tiếp nhận", "nothing twice")


def history_whole(job: "Job", supervisor: Api) -> None:
    """Every move the supervisor made stands in its case's history, in order, and nothing else."""
    for case, moves in job.history.items():
        events = supervisor.get(f"cases/{case}/events/")["results"]
        hold(
            [event["action"] for event in events] == moves,
            f"Lịch sử vụ việc {case} không khớp",
            f"the history of {case} differs",
        )
        hold(
            [event["version"] for event in events] == list(range(1, len(moves) + 1)),
            "Phiên bản không liên tục",
            "versions have gaps",
        )
    job.screen.step(
        f"Lịch sử {len(job.history)} vụ việc đủ {sum(map(len, job.history.values()))} bước",
        "every move is in the history",
    )


def assessed(job: "Job") -> None:
    """Both sides judged the places of the story alike, inside and outside."""
    answers: dict[str, int] = {}
    for report, findings in job.findings.items():
        for finding in findings:
            if finding["rule"] != "geofence":
                continue
            hold(
                finding["phone"] is not None and finding["phone"]["answer"] == finding["answer"],
                f"Máy chủ và điện thoại kết luận khác nhau ở phiếu {report}",
                f"server and phone differ on {report}",
            )
            answers[finding["answer"]] = answers.get(finding["answer"], 0) + 1
    hold(set(answers) >= {"yes", "no"}, "Thiếu kết luận trong hoặc ngoài ranh giới", "no verdict inside or outside")
    job.figures["geofence"] = dict(sorted(answers.items()))
    job.screen.step(
        f"Ranh giới: điện thoại và máy chủ cùng kết luận {job.figures['geofence']}",
        "phone and server agree on the boundary",
    )


def month_equal(job: "Job", filed: list[ledger.Filed]) -> None:
    """The office's month equals the count made from the phones' databases and the supervisor's list."""
    expected = ledger.expected_month(filed, job.verdicts, job.figures["month"])
    for name, table in expected.items():
        got = {part: job.statistics["tables"][name][part] for part in ("rows", "total")}
        hold(
            got == table,
            f"Bảng {name} khác số đếm độc lập: {got} ≠ {table}",
            f"table {name} differs from the independent count",
        )
    job.screen.step(
        "B01 và B02 bằng số đếm độc lập từ điện thoại", "B01 and B02 equal the independent count from the phones"
    )


def chain_whole(job: "Job", filed: list[ledger.Filed]) -> None:
    """The audit chain is whole, and holds every head that a receipt on a phone names."""
    heads = job.var / "receipts.jsonl"
    heads.write_text(
        "\n".join(json.dumps(report.receipt) for report in filed if report.receipt) + "\n", encoding="utf-8"
    )
    answer = job.office.manage("audit_verify", "--against", str(heads)).strip()
    events = json.loads(job.office.manage("count_events").splitlines()[-1])
    job.figures["audit_events"] = sum(events.values())
    job.screen.step(f"{answer} ({job.figures['audit_events']}), {len(filed)} biên nhận đối chiếu", "receipts checked")
