"""The independent count: what lies in the phones' databases, joined with the list of what the supervisor did.

Written without the office's code on purpose: two roads to one figure.
"""

import base64
import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from mobile.device.keywrap_file import FileKeyWrap
from mobile.storage.database import Database
from mobile.storage.files import FileFolder
from mobile.storage.rows import about, unlock_json, unlock_text
from mobile.storage.vault import open_vault

VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class Filed:
    """One report as its phone keeps it. `files`: evidence id → (sha256 of the bytes on the phone, state there)."""

    id: str
    manifest: dict[str, Any]
    facts: dict[str, Any]
    codes: tuple[str, ...]
    rule_results: tuple[dict[str, Any], ...]
    state: str
    receipt: dict[str, Any] | None
    files: dict[str, tuple[str, str]]

    @property
    def started_at(self) -> datetime:
        return datetime.fromisoformat(self.facts["started_at"])

    @property
    def month(self) -> str:
        return f"{self.started_at.astimezone(VIETNAM):%Y-%m}"


def filed_on(home: Path) -> list[Filed]:
    """Every sealed report of a phone, hashes worked out anew from the files that lie there."""
    found = []
    with closing(Database(home / "phone.sqlite3")) as database:
        phone, vault = database.connection, open_vault(database, FileKeyWrap(home / "lock.key"))
        rows = phone.execute("SELECT id, manifest, parts, state, receipt FROM reports ORDER BY number").fetchall()
        files: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        with closing(FileFolder(home / "files", vault)) as folder:
            for report, id_, name, state in phone.execute("SELECT report, id, name, state FROM files"):
                with folder.open(name) as content:
                    files[report][id_] = (hashlib.sha256(content.read()).hexdigest(), state)
    for id_, manifest_locked, parts_locked, state, receipt_locked in rows:
        manifest = vault.unlock(manifest_locked, about("reports.manifest", id_))
        sealed = unlock_json(vault, parts_locked, "reports.parts", id_)
        receipt = unlock_text(vault, receipt_locked, "reports.receipt", id_)
        opinion = json.loads(base64.b64decode(sealed["assessment"]))
        found.append(
            Filed(
                id_,
                json.loads(manifest),
                json.loads(base64.b64decode(sealed["facts"])),
                tuple(seen["code"] for seen in opinion["observations"]),
                tuple(opinion["rule_results"]),
                state,
                json.loads(receipt) if receipt else None,
                files[id_],
            )
        )
    return found


def rows_on(home: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """(kind, id) → reference row as a phone has it."""
    with closing(sqlite3.connect(f"{(home / 'phone.sqlite3').absolute().as_uri()}?mode=ro", uri=True)) as phone:
        rows = phone.execute("SELECT kind, id, body FROM reference_rows").fetchall()
    return {(kind, id_): json.loads(body) for kind, id_, body in rows}


def invoices_used_again(filed: list[Filed]) -> set[str]:
    """Reports with a load for which an invoice was shown that an earlier act's load had been shown with already.
    Every invoice of the story says one load's volume, so that two loads are always more than it covers."""
    uses = defaultdict(set)
    for report in filed:
        for load in report.facts["loads"] if report.manifest["kind"] == "transport" else ():
            for paper in load["documents"]:
                if paper["kind"] == "invoice" and paper["presented"] == "shown":
                    moment = datetime.fromisoformat(report.facts["discovered_at"] or report.facts["started_at"])
                    uses[paper["issuer"], paper["series"], paper["number"]].add((moment, report.id))
    return {report for same in uses.values() for _, report in sorted(same)[1:]}


def observed_loads(filed: list[Filed], verdicts: dict[str, str], licence: str) -> dict[tuple[str, bool], Decimal]:
    """(place, sampled) → m³ of the loads under one licence's papers in accepted reports. A gate that gives each load a
    slip samples nothing."""
    sums: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for report in filed:
        shown = {paper["matched"] for paper in report.facts["licences_shown"]}
        if verdicts.get(report.id) != "accepted" or shown != {licence}:
            continue
        gate = report.manifest["kind"] != "transport"
        for load in report.facts["loads"]:
            slips = any(measured["slip_number"] for measured in load["measurements"])
            volume = next(m["value"] for m in load["measurements"] if m["kind"] == "volume")
            sums["gate" if gate else "stop", not (gate and slips)] += Decimal(str(volume))
    return dict(sums)


def expected_month(filed: list[Filed], verdicts: dict[str, str], month: str) -> dict[str, Any]:
    """B01 and B02 of a month from the reports whose verdict was "accepted", by the rules printed under the tables."""
    accepted = [report for report in filed if verdicts.get(report.id) == "accepted"]
    return {
        "B01": _checks(accepted, month),
        "B02": _observations([report for report in accepted if report.month == month]),
    }


def _checks(accepted: list[Filed], month: str) -> dict[str, Any]:
    inspections: dict[str, list[Filed]] = defaultdict(list)
    for report in sorted(accepted, key=lambda report: (report.started_at, report.id)):
        inspections[report.facts["inspection"]["id"]].append(report)
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for reports in inspections.values():
        if reports[0].month == month:
            said = reports[0].facts["inspection"]
            rows[said["mode"], said["basis"]["kind"]].update(_one_check(reports))
    names = ("inspections", "subjects", "road_vehicles", "vessels", "with_violation", "without_violation")
    lines = [
        {"mode": mode, "basis": basis, **{name: counts[name] for name in names}}
        for (mode, basis), counts in sorted(rows.items())
    ]
    return {"rows": lines, "total": {name: sum(line[name] for line in lines) for name in names}}


def _one_check(reports: list[Filed]) -> Counter[str]:
    people = set()
    for report in reports:
        for subject in report.facts["subjects"]:
            if subject["role"] not in ("witness", "representative"):
                nameless = f"{report.id}/{subject['id']}"
                people.add(
                    subject["tax_code"]
                    or ((subject["kind"], subject["display_name"].casefold()) if subject["display_name"] else nameless)
                )
    kinds = Counter(vehicle["kind"] for report in reports for vehicle in report.facts["vehicles"])
    seen = any(code != "KV-00" for report in reports for code in report.codes)
    return Counter(
        inspections=1,
        subjects=len(people),
        road_vehicles=kinds["road"],
        vessels=kinds["vessel"],
        with_violation=int(seen),
        without_violation=int(not seen),
    )


def _observations(reports: list[Filed]) -> dict[str, Any]:
    codes = Counter(code for report in reports for code in report.codes)
    rows = []
    for code, observations in sorted(codes.items()):
        under = [report for report in reports if code in report.codes]
        rows.append(
            {"code": code, "observations": observations, "reports": len(under), "quantities": _quantities(under)}
        )
    observed = [report for report in reports if report.codes]
    return {
        "rows": rows,
        "total": {"observations": sum(codes.values()), "reports": len(observed), "quantities": _quantities(observed)},
    }


def _quantities(reports: list[Filed]) -> list[dict[str, str]]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for report in reports:
        measured = [*report.facts["measurements"], *(m for load in report.facts["loads"] for m in load["measurements"])]
        for m in measured:
            if m["kind"] in ("volume", "mass"):
                sums[m["kind"], m["unit"], m["basis"]] += Decimal(str(m["value"]))
    return [
        {"kind": kind, "unit": unit, "basis": basis, "value": _plain(value)}
        for (kind, unit, basis), value in sorted(sums.items())
    ]


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
