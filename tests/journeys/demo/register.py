"""The register in front of the user: what phones take along, both sides' verdicts, the ledger, import, amendment."""

import csv
import json
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.geo.vn2000 import from_wgs84
from shared.rules import photos
from tests.journeys.demo import ledger
from tests.journeys.demo.office import Api
from tests.journeys.demo.screen import fail, hold

if TYPE_CHECKING:
    from tests.journeys.demo.job import Job

SIGNS = {"yes": "✓", "no": "✗", "cannot_tell": "?"}
KINDS = {"extraction": "khai thác", "transport": "vận chuyển", "stockyard": "bến bãi"}
# Of the demo province, as `load_demo` says on paper: who declares more than it may, who less than its gate sees.
OVER, LESS, LESS_M3 = "MH-01/GP-MINHHOA", "MH-11/GP-MINHHOA", 500.0
NEW_NUMBER, NEW_PLACE, ZONE = "MH-13/GP-MINHHOA", (20.6280, 106.1160), 9209
MARK = "dữ liệu minh họa"
AXES_ASKED = "axes_swapped"
HEADERS = ("Số giấy phép", "Chủ giấy phép", "Khoáng sản", "Công suất (m3/năm)", "Ngày áp dụng", "Ngày hết hạn")
CORNERS = ("STT", "X (m)", "Y (m)")
ASSESSED_S = 60


# --- what phones take along


def pull(job: "Job", number: int) -> tuple[dict[str, Any], int]:
    """What the phone says it has now, and the bytes that came down the line for it, headers included."""
    before = job.line.down_bytes
    (said,) = [event for event in job.phone(number, "pull") if event["event"] == "pulled"]
    return said, job.line.down_bytes - before


def pull_first(job: "Job") -> None:
    """Both phones, then the first one again: nothing new costs next to nothing."""
    for number in job.homes:
        said, size = pull(job, number)
    again, nothing = pull(job, number)
    hold(again["cursor"] == said["cursor"], "Tải lại đổi con trỏ dữ liệu", "pulling again moved the cursor")
    hold(nothing < 2_000, f"Tải lại khi không có gì mới hết {nothing} byte", "nothing new costs too much")
    job.figures |= {"reference_bytes": size, "reference_again_bytes": nothing}
    job.screen.step(
        f"Điện thoại tải {said['licences']} giấy phép, {said['communes']} xã quanh sông, {said['violation_types']} dòng"
        f" danh mục: {size / 1000:.1f} kB nén; tải lại {nothing} byte. “{said['as_of']}”",
        f"the phone took {said['licences']} licences along, {size / 1000:.1f} kB packed: “{said['as_of_en']}”",
    )


def phones_have_what_the_office_has(job: "Job") -> None:
    """Row by row, after all deltas: what each phone keeps is what the office would give it anew."""
    for number, home in job.homes.items():
        pull(job, number)
        whole = job.sign_in(job.inspectors[number]).get("reference/")
        rows = {
            (kind, row["id"]): row for kind, found in whole.items() if isinstance(found, list) for row in _ided(found)
        }
        kept = ledger.rows_on(home)
        hold(
            kept == rows,
            f"Điện thoại {number} có {len(kept)} dòng dữ liệu, máy chủ {len(rows)}, hoặc nội dung khác nhau",
            "a phone's rows differ from the office's",
        )
        job.figures["reference_rows"] = len(rows)
    job.screen.step(
        f"Sau mọi lần tải, {job.figures['reference_rows']} dòng trên mỗi điện thoại bằng bản của máy chủ",
        "after all deltas each phone has what the office has, row by row",
    )


def _ided(rows: list[Any]) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)]


# --- both sides' verdicts


def side_by_side(job: "Job", supervisor: Api) -> None:
    """Every report's verdicts as its phone sealed them and as the office came to them, line by line."""
    filed = {report.id: report for report in job.filed()}
    rows = sorted(supervisor.all("reports/"), key=lambda row: row["number"])
    again = _found_again(job)
    compared, differing, pictures, answers = 0, [], list[Any](), Counter[str]()
    job.screen.say("     kết luận theo quy tắc / verdicts by rule (✓ đúng, ✗ sai, ? chưa rõ):  điện thoại | máy chủ")
    for row in rows:
        report = filed[row["id"]]
        findings = _findings(supervisor, report, reused=report.id in again)
        job.findings[report.id] = findings
        compared += len(findings)
        answers.update(finding["answer"] for finding in findings)
        phone, office = (_tally(f["phone"] for f in findings), _tally(findings))
        words = f"#{row['number']:<3}{KINDS[report.manifest['kind']]:<11}{', '.join(report.codes):<14}"
        job.screen.say(f"     {words} {phone:<12}| {office}")
        for finding in findings:
            if finding["rule"] in photos.RULES:  # a phone never asks what only the office can see
                pictures.append(finding)
                job.screen.say(f"          {finding['rule']}: máy chủ “{finding['sentence']}”")
            elif finding["phone"] is None or finding["phone"]["answer"] != finding["answer"]:
                differing.append((report.id, finding["rule"]))
                heard = finding["phone"]["sentence"] if finding["phone"] else "–"
                job.screen.say(f"          {finding['rule']}: điện thoại “{heard}” | máy chủ “{finding['sentence']}”")
    hold(set(answers) == set(SIGNS), f"Chỉ có kết luận {dict(answers)}", "some kind of verdict is missing")
    beyond = again - _by_phones(job)
    hold(
        {report for report, _ in differing} == beyond and {rule for _, rule in differing} == {"paper_reused"},
        f"Hai phía khác nhau ở {differing}, đáng lẽ chỉ ở {beyond}",
        "phone and server differ elsewhere than expected",
    )
    hold(not pictures, f"Ảnh bị coi là dùng lại: {pictures}", "a picture is taken for another")
    job.figures |= {
        "verdicts": compared,
        "verdicts_differing": len(differing),
        "answers": dict(sorted(answers.items())),
    }
    job.screen.step(
        f"{compared} kết luận của {len(rows)} phiếu: hai phía giống nhau, trừ {len(differing)} điều điện thoại"
        " không thể biết",
        f"{compared} verdicts: both sides agree but for {len(differing)} that no phone could know",
    )


def _tally(said: Any) -> str:
    counts = Counter(one["answer"] for one in said if one is not None)
    return " ".join(f"{sign}{counts[answer]}" for answer, sign in SIGNS.items())


def _findings(supervisor: Api, report: ledger.Filed, *, reused: bool) -> list[dict[str, Any]]:
    """The worker has a minute. With every word of the phone's beside the office's own. `reused`: an invoice of it was
    shown earlier; where that report came later than this one, this one is judged once more."""
    for _ in range(5 * ASSESSED_S):
        findings: list[dict[str, Any]] = supervisor.get(f"reports/{report.id}/")["findings"]
        if findings and (not reused or _reused(findings)):
            break
        time.sleep(0.2)
    else:
        fail(f"Phiếu {report.id} chưa được đánh giá sau {ASSESSED_S} giây", "a report was not assessed in time")
    said = Counter((result["rule"], result["answer"]) for result in report.rule_results)
    heard = Counter((f["rule"], f["phone"]["answer"]) for f in findings if f["phone"] is not None)
    hold(said == heard, f"Máy chủ giữ {heard}, điện thoại nói {said}", "the phone's words were not kept")
    return findings


def same_invoice(job: "Job") -> None:
    """An invoice shown for two loads is seen: on the phone that saw both, and by the office across phones."""
    again, by_phones = _found_again(job), _by_phones(job)
    office = {report for report, findings in job.findings.items() if _reused(findings)}
    phones = {report for report, findings in job.findings.items() if _reused([f["phone"] for f in findings], findings)}
    hold(office == again, f"Máy chủ thấy {office}, đếm độc lập {again}", "the office sees other reuses than the count")
    hold(phones == by_phones, f"Điện thoại thấy {phones}, đếm {by_phones}", "phones see other reuses than the count")
    hold(bool(by_phones) and bool(again - by_phones), "Câu chuyện thiếu hóa đơn dùng lại", "no invoice was used again")
    report = min(again - by_phones)
    words = next(f["sentence"] for f in job.findings[report] if f["rule"] == "paper_reused" and f["answer"] == "no")
    job.figures |= {"invoices_used_again": len(again), "invoices_seen_by_phones": len(by_phones)}
    job.screen.step(
        f"Hóa đơn dùng lại: máy chủ thấy {len(again)}, điện thoại thấy {len(by_phones)} trên chính máy mình. “{words}”",
        f"the same invoice for two loads: the office sees {len(again)}, phones {len(by_phones)} of their own",
    )


def _found_again(job: "Job") -> set[str]:
    return ledger.invoices_used_again(job.filed())


def _by_phones(job: "Job") -> set[str]:
    return {id_ for home in job.homes.values() for id_ in ledger.invoices_used_again(ledger.filed_on(home))}


def _reused(said: list[Any], rules: list[dict[str, Any]] | None = None) -> bool:
    return any(
        one is not None and finding["rule"] == "paper_reused" and one["answer"] == "no"
        for one, finding in zip(said, rules or said, strict=True)
    )


# --- the ledger


def show_ledger(job: "Job", supervisor: Api) -> None:
    """A licence that declares less than its gate sees, and one that declares more than it may take out."""
    by_number = {row["number"]: row["id"] for row in job.licences}
    year = _year(job)
    less = supervisor.get(f"licences/{by_number[LESS]}/ledger/", year=year)
    expected = ledger.observed_loads(job.filed(), job.verdicts, by_number[LESS])
    got = {(part["place_kind"], part["sampled"]): part["quantity"] for part in less["observed"]}
    hold(
        got.keys() == expected.keys() and all(abs(got[key] - float(expected[key])) < 1e-6 for key in got),
        f"Sổ khối lượng {got} khác số đếm độc lập {expected}",
        "the ledger differs from the independent count",
    )
    hold(less["declared"]["quantity"] == LESS_M3, "Sai số khai báo", "declared output is wrong")
    said = {verdict["rule"]: verdict for verdict in less["verdicts"]}
    hold(said["declared_against_observed"]["answer"] == "no", "Không thấy khai thiếu 10 %", "the 10 % gap is not seen")
    over = supervisor.get(f"licences/{by_number[OVER]}/ledger/", year=year)
    step = over["declared"]["step_percent"]
    hold(
        over["declared"]["quantity"] >= 1.25 * over["permitted"] and step == 25, "Không thấy vượt 25 %", "25 % not seen"
    )
    hold(
        {verdict["rule"]: verdict["answer"] for verdict in over["verdicts"]}["capacity"] == "no",
        "Không thấy vượt công suất",
        "the excess is not seen",
    )
    job.figures["ledger"] = {
        "permitted_m3": less["permitted"],
        "declared_m3": less["declared"]["quantity"],
        "observed_m3": {f"{place} {'sampled' if sampled else 'all'}": sum_ for (place, sampled), sum_ in got.items()},
        "over_percent": over["declared"]["percent"],
    }
    seen = ", ".join(f"{'bãi, đủ' if not sampled else 'dọc đường, mẫu'} {sum_:g}" for (_, sampled), sum_ in got.items())
    job.screen.step(
        f"Sổ {LESS} năm {year}: được phép {less['permitted']:g}, khai {less['declared']['quantity']:g},"
        f" quan sát {seen} m³ → {said['declared_against_observed']['sentence']}; {OVER} khai"
        f" {over['declared']['percent']:g} % công suất",
        "the ledger: permitted, declared, observed; one declares too little, one takes too much",
    )


def _year(job: "Job") -> int:
    return min(report.started_at.astimezone(ledger.VIETNAM).year for report in job.filed())


# --- an import that asks, and an amendment that reaches the phone


def import_with_a_question(job: "Job") -> None:
    """A corner table with X and Y swapped is asked about, not guessed; nothing is in the register before the answer."""
    table = _table(job.var / "bang-toa-do.csv", capacity=24_000, swapped=True)
    command = ("import_licences", str(table), "--epsg", str(ZONE), "--json", "--by", "administrator")
    asked = job.office.manage(*command, exit_code=1).splitlines()
    notes = [note for line in asked for note in json.loads(line).get("notes", []) if note["code"] == AXES_ASKED]
    hold(len(notes) == 1, "Không hỏi về cột X, Y bị đổi chỗ", "the swapped columns were not asked about")
    administrator = job.sign_in("administrator")
    there = administrator.get("licences/", q=NEW_NUMBER)["results"]
    hold(there == [], "Đã nhập trước khi được trả lời", "something was imported before the answer")
    job.office.manage(*command, "--answer", "axes=swapped", "--apply")
    (row,) = administrator.get("licences/", q=NEW_NUMBER)["results"]
    job.screen.step(f"Nhập bảng tọa độ: “{notes[0]['vi']}” Trả lời: đổi chỗ → đã nhập {row['number']}", notes[0]["en"])


def amend_and_pull(job: "Job") -> None:
    """A licence is amended; what comes to the phone is that licence and nothing else."""
    _, fresh = pull(job, 1)
    before = ledger.rows_on(job.homes[1])
    table = _table(
        job.var / "dieu-chinh.csv", capacity=36_000, effective=datetime.now(ledger.VIETNAM).date(), swapped=False
    )
    job.office.manage("import_licences", str(table), "--epsg", str(ZONE), "--by", "administrator", "--apply")
    said, size = pull(job, 1)
    after = ledger.rows_on(job.homes[1])
    changed = [key for key in after if after[key] != before.get(key)]
    hold(len(changed) == 1 and before.keys() == after.keys(), f"Đổi cả {changed}", "more than the licence came")
    (row,) = [after[key] for key in changed]
    capacities = sorted(version["capacity"]["value"] for version in (row, *row["versions"]))
    hold((row["number"], capacities) == (NEW_NUMBER, [24_000, 36_000]), "Sai phiên bản", "the versions are wrong")
    job.figures |= {"delta_new_bytes": fresh, "delta_amended_bytes": size}
    job.screen.step(
        f"Điều chỉnh công suất {NEW_NUMBER} 24.000 → 36.000 m³: điện thoại nhận {size} byte, cả bản cũ."
        f" “{said['as_of']}”",
        f"one licence amended: {size} bytes reach the phone, with the version before",
    )


def _table(path: Path, *, capacity: int, effective: date | None = None, swapped: bool) -> Path:
    """A licence of our own downstream, as a clerk would type it: northing is X, easting is Y on paper."""
    (lat, lon), side = NEW_PLACE, 0.002
    places = [(lat, lon), (lat, lon + side), (lat - side, lon + side), (lat - side, lon)]
    corners = [from_wgs84(ZONE, lat=a, lon=b) for a, b in places]
    day = "01/01/2025" if effective is None else f"{effective:%d/%m/%Y}"
    told = (NEW_NUMBER, f"Đơn vị minh họa số 13 ({MARK})", "MH-CAT", str(capacity), day, "31/12/2029")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*HEADERS, *CORNERS))
        for i, (northing, easting) in enumerate(corners, 1):
            pair = (easting, northing) if swapped else (northing, easting)
            writer.writerow((*told, str(i), *(f"{value:.2f}" for value in pair)))
    return path
