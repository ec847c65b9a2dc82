"""The job: every step in order, each with its figures."""

import json
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.journeys.demo import checks, ledger, picture, register, river, story
from tests.journeys.demo.line import Line
from tests.journeys.demo.office import Api, Office
from tests.journeys.demo.receiver import Receiver
from tests.journeys.demo.screen import Screen, fail, hold

INSPECTORS = {1: "inspector", 2: "inspector2"}
ROLES = ("inspector", "supervisor", "director", "auditor", "administrator")
DEAD_S = 2.5

# What the supervisor does with the three cases: (index of the report among the accepted with a violation, moves).
MOVES: tuple[tuple[tuple[str, dict[str, str]], ...], ...] = (
    (
        ("verify", {"question": "Xác minh khối lượng đã khai thác (minh họa)"}),
        ("record_violation", {"number": "01/BB-VPHC", "drawn_on": "{today}"}),
    ),
    (
        (
            "transfer",
            {
                "receiver": "market_surveillance",
                "letter": "12/SCT-KS (minh họa)",
                "answer_due": "{later}",
                "reason": "Hàng hóa chưa xuất trình được hóa đơn, chứng từ",
            },
        ),
    ),
    (
        ("verify", {"question": "Đối chiếu số tờ hóa đơn (minh họa)"}),
        ("close", {"outcome": "no_violation", "reason": "Hóa đơn bổ sung hợp lệ (minh họa)"}),
    ),
)
CASE_CODES = (("KT-01", "KT-07"), ("VC-01",), ("VC-02",))


class Job:
    """`figures` grows step by step and is printed last, as one JSON object."""

    def __init__(self, root: Path, var: Path, port: int, screen: Screen) -> None:
        self.root, self.var, self.screen = root, var, screen
        self.office = Office(root, var / "office", port)
        self.line = Line(port)
        self.homes = {number: var / f"phone-{number}" for number in story.STORIES}
        self.inspectors = INSPECTORS
        self.accounts: dict[str, dict[str, str]] = {}
        self.licences: list[dict[str, Any]] = []
        self.verdicts: dict[str, str] = {}
        self.history: dict[str, list[str]] = {}
        self.findings: dict[str, list[dict[str, Any]]] = {}
        self.figures: dict[str, Any] = {}
        self.statistics: dict[str, Any] = {}
        self.done = False

    def run(self) -> None:
        self.prepare()
        self.enrol_phones()
        self.file_while_down()
        self.send_over_a_cut_line()
        supervisor = self.sign_in("supervisor")
        register.side_by_side(self, supervisor)
        register.same_invoice(self)
        self.review(supervisor)
        register.show_ledger(self, supervisor)
        register.import_with_a_question(self)
        register.amend_and_pull(self)
        self.work_on_cases(supervisor)
        self.compute_month(supervisor)
        checks.all_hold(self)
        self.draw_picture()
        self.write_addresses(supervisor)
        self.done = True
        self.screen.say(json.dumps({"ok": True, **self.figures}, ensure_ascii=False))

    def close(self) -> None:
        self.office.stop()
        self.line.close()

    def serve(self) -> None:
        say = self.screen.say
        say("")
        say(f"Văn phòng đang mở / the office is open: {self.office.url}/api/v1/   (Ctrl+C để dừng / to stop)")
        say(f"Tài liệu API / API documentation:       {self.office.url}/api/v1/docs/")
        say("Tài khoản minh họa / demo accounts:     " + ", ".join(ROLES))
        say(f"Mật khẩu / password:                    {self.accounts['supervisor']['password']}")
        self.office.wait()

    # --- steps

    def prepare(self) -> None:
        self.office.refuse_taken_port()  # before anything that takes long
        self.screen.progress("Chuẩn bị cơ sở dữ liệu … / preparing the database …")
        self.office.manage("migrate", "--verbosity", "0")
        self.office.manage("createcachetable")
        loaded = json.loads(self.office.manage("load_demo").splitlines()[-1])
        self.accounts = loaded["accounts"]
        names = ("communes", "licences", "violation_types", "duties", "declared")
        self.figures |= {name: loaded[name] for name in names}
        self.screen.step(
            f"Nạp tỉnh minh họa: {loaded['communes']} xã, phường; {loaded['licences']} giấy phép và"
            f" {loaded['declared']} tháng khai báo (dữ liệu minh họa); {loaded['violation_types']} dòng danh mục",
            f"demo province loaded: {loaded['communes']} communes, {loaded['licences']} illustrated licences",
        )

    def enrol_phones(self) -> None:
        self.office.start_worker()
        self.office.start_server()
        supervisor = self.sign_in("supervisor")
        for number, username in INSPECTORS.items():
            code = supervisor.post("devices/codes/", {"officer": self.accounts[username]["id"]})["code"]
            events = [event["event"] for event in self.phone(number, "enrol", code)]
            hold(events == ["enrolled"], "Điện thoại không kích hoạt được", "a phone could not be enrolled")
        register.pull_first(self)
        self.licences = sorted(self.sign_in("inspector").get("reference/")["licences"], key=lambda row: row["number"])
        self.office.stop_server()
        self.screen.step(
            f"Máy chủ chạy, kích hoạt {len(INSPECTORS)} điện thoại, rồi máy chủ tắt",
            f"server up, {len(INSPECTORS)} phones enrolled, server down again",
        )

    def file_while_down(self) -> None:
        receivers = {n: Receiver(river.places(n, self.licences), seed=n) for n in story.STORIES}
        tallies = {"reports": 0, "photos": 0, "fixes": 0}
        lock = threading.Lock()

        def file(number: int) -> None:
            for event in self.phone(number, "file", str(number), receivers[number].url):
                if event["event"] != "sealed":
                    continue
                with lock:
                    tallies["reports"] += 1
                    tallies["photos"] += event["photos"]
                    tallies["fixes"] += event["fixes"]
                    self.screen.progress(f"Lập phiếu {tallies['reports']}/{story.REPORTS} / filing")

        self._both(file)
        heard = sum(receiver.sentences for receiver in receivers.values())
        for receiver in receivers.values():
            receiver.close()
        hold(tallies["reports"] == story.REPORTS, "Không lập đủ phiếu", "not every report was filed")
        self.figures |= {
            "filed": tallies["reports"],
            "photos": tallies["photos"],
            "fixes": tallies["fixes"],
            "nmea_sentences": heard,
        }
        self.screen.step(
            f"Máy chủ tắt: {tallies['reports']} phiếu, {tallies['photos']} ảnh, {tallies['fixes']} lần định vị"
            f" từ {heard} câu NMEA",
            f"server down: {tallies['reports']} reports, {tallies['photos']} photos, {tallies['fixes']} fixes",
        )

    def send_over_a_cut_line(self) -> None:
        self.office.start_server()
        content = sum(path.stat().st_size for home in self.homes.values() for path in (home / "camera").iterdir())
        self.line.cut_after(content // 2, dead_s=DEAD_S)
        before = self.line.up_bytes
        confirmed, rounds, failures = [0], [0], [0]
        lock = threading.Lock()

        def send(number: int) -> None:
            for event in self.phone(number, "send"):
                with lock:
                    if event["event"] == "round":
                        rounds[0] += 1
                        failures[0] += len(event["failures"]) + (event["problem"] is not None)
                        confirmed[0] += event["confirmed"]
                    if event["event"] in ("round", "bytes"):
                        self.screen.progress(
                            f"Gửi: {(self.line.up_bytes - before) // 1024} kB, "
                            f"xác nhận {confirmed[0]}/{self.figures['photos']} ảnh"
                            f"{', đường truyền bị cắt' if self.line.cuts else ''} / sending"
                        )

        self._both(send)
        sent = self.line.up_bytes - before
        hold(self.line.cuts == 1, "Đường truyền không bị cắt lần nào", "the line was not cut")
        self.figures |= {
            "content_bytes": content,
            "line_bytes": sent,
            "line_cuts": self.line.cuts,
            "send_rounds": rounds[0],
            "send_failures": failures[0],
        }
        self.screen.step(
            f"Gửi {sent // 1024} kB cho {content // 1024} kB ảnh, đường truyền bị cắt 1 lần"
            f" ({failures[0]} lỗi, tự gửi tiếp)",
            f"sent {sent // 1024} kB for {content // 1024} kB of photos over a line cut once",
        )

    def review(self, supervisor: Api) -> None:
        """The supervisor opens every report and its photos, returns one, accepts the others."""
        waiting = list(supervisor.all("reports/", review="received", limit=10))
        hold(
            len(waiting) == story.REPORTS, f"Máy chủ có {len(waiting)} phiếu", f"the server has {len(waiting)} reports"
        )
        returned = min(waiting, key=lambda row: row["number"])["id"]
        for index, row in enumerate(sorted(waiting, key=lambda row: row["number"]), 1):
            supervisor.get(f"reports/{row['id']}/")
            verdict = "returned" if row["id"] == returned else "accepted"
            note = "Bổ sung ảnh biển số (minh họa)" if verdict == "returned" else ""
            supervisor.post(f"reports/{row['id']}/review/", {"verdict": verdict, "note": note})
            self.verdicts[row["id"]] = verdict
            self.screen.progress(f"Duyệt {index}/{len(waiting)} / reviewing")
        accepted = sum(verdict == "accepted" for verdict in self.verdicts.values())
        self.figures |= {"accepted": accepted, "returned": len(waiting) - accepted}
        self.screen.step(
            f"Phụ trách đọc {len(waiting)} phiếu: chấp nhận {accepted}, trả lại {len(waiting) - accepted}",
            f"supervisor read {len(waiting)}: accepted {accepted}, returned {len(waiting) - accepted}",
        )

    def work_on_cases(self, supervisor: Api) -> None:
        today = datetime.now(UTC).date()
        chosen = self._reports_for_cases()
        moves = 0
        for reports, plan in zip(chosen, MOVES, strict=True):
            case = supervisor.post("cases/", {"reports": reports, "title": "Vụ việc minh họa"})
            self.history[case["id"]] = ["open"]
            for action, data in plan:
                hold(
                    action in [allowed["action"] for allowed in case["allowed_actions"]],
                    f"Không có bước {action}",
                    f"{action} is not offered",
                )
                filled = {name: _dated(value, today) for name, value in data.items()}
                case = supervisor.post(
                    f"cases/{case['id']}/actions/",
                    {"action": action, "data": filled, "expected_version": case["version"]},
                )
                self.history[case["id"]].append(action)
                moves += 1
        self.figures |= {"cases": len(chosen), "moves": moves}
        self.screen.step(
            f"Lập {len(chosen)} vụ việc từ {sum(map(len, chosen))} phiếu, chuyển {moves} bước",
            f"opened {len(chosen)} cases, made {moves} moves",
        )

    def compute_month(self, supervisor: Api) -> None:
        month = min(report.month for report in self.filed())
        statistics = supervisor.get("statistics/monthly/", month=month)
        self.figures |= {
            "month": month,
            "tables": {name: table["total"] for name, table in statistics["tables"].items()},
        }
        self.statistics = statistics
        b01, b02 = statistics["tables"]["B01"]["total"], statistics["tables"]["B02"]["total"]
        self.screen.step(
            f"Tháng {month}: {b01['inspections']} cuộc, {b01['subjects']} đối tượng, {b01['road_vehicles']} lượt xe, "
            f"{b01['vessels']} lượt tàu thuyền, {b02['observations']} hành vi",
            f"{month}: {b01['inspections']} inspections, {b01['subjects']} subjects, "
            f"{b01['road_vehicles'] + b01['vessels']} stops, {b02['observations']} observations",
        )

    def draw_picture(self) -> None:
        target = self.var.parent / "demo.svg"
        picture.draw(target, licences=self.licences, filed=self.filed(), verdicts=self.verdicts, figures=self.figures)
        self.screen.step(f"Bản đồ: {target}", "a map of the job")

    def write_addresses(self, supervisor: Api) -> None:
        code = supervisor.post("devices/codes/", {"officer": self.accounts["inspector"]["id"]})["code"]
        accounts = {
            role: {"username": self.accounts[role]["username"], "password": self.accounts[role]["password"]}
            for role in ROLES
        }
        target = self.var.parent / "demo.json"
        target.write_text(
            json.dumps(
                {"url": self.office.url, "accounts": accounts, "enrolment_code": code}, ensure_ascii=False, indent=1
            )
            + "\n",
            encoding="utf-8",
        )

    # --- helpers

    def sign_in(self, name: str) -> Api:
        account = self.accounts[name]
        return Api(self.office.url, account["username"], account["password"])

    def filed(self) -> list[ledger.Filed]:
        return [report for home in self.homes.values() for report in ledger.filed_on(home)]

    def _reports_for_cases(self) -> list[list[str]]:
        """Accepted reports by what was seen, each in one case at most; reports of one inspection go together."""
        accepted = [report for report in self.filed() if self.verdicts[report.id] == "accepted"]
        used: set[str] = set()
        chosen = []
        for codes in CASE_CODES:
            first = next(report for report in accepted if report.id not in used and set(report.codes) & set(codes))
            team = first.facts["inspection"]["id"]
            reports = [
                r.id
                for r in accepted
                if r.facts["inspection"]["id"] == team and r.id not in used and set(r.codes) & set(codes)
            ]
            used |= set(reports)
            chosen.append(reports)
        return chosen

    def _both(self, work: Any) -> None:
        """Both phones at once; the first failure ends the job."""
        failures: list[BaseException] = []

        def guarded(number: int) -> None:
            try:
                work(number)
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=guarded, args=(number,)) for number in story.STORIES]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def phone(self, number: int, *arguments: str) -> Any:
        """Run a phone's process and yield what it tells; its last error ends the job."""
        command = [
            sys.executable,
            "-m",
            "tests.journeys.demo.phone",
            str(self.homes[number]),
            self.line.url,
            *arguments,
        ]
        with (self.office.logs / f"phone-{number}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self.root, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
            )
            if process.stdout is None:  # it was asked for above; this says so to the type checker
                return
            said: dict[str, Any] = {}
            for line in process.stdout:
                said = json.loads(line)
                yield said
            if process.wait() != 0:
                log_file = self.office.logs / f"phone-{number}.log"
                fail(
                    f"Điện thoại {number}: {said.get('detail', f'dừng giữa chừng, xem {log_file}')}",
                    f"phone {number}: {said.get('detail_en', f'ended early, see {log_file}')}",
                )


def _dated(value: str, today: date) -> str:
    return value.replace("{today}", today.isoformat()).replace("{later}", (today + timedelta(days=30)).isoformat())
