"""One phone as a process of its own: the real field core with its own database, and an inspector's hands.

python -m tests.journeys.demo.phone HOME SERVER enrol CODE
python -m tests.journeys.demo.phone HOME SERVER pull
python -m tests.journeys.demo.phone HOME SERVER file STORY GNSS
python -m tests.journeys.demo.phone HOME SERVER send

Says what it does as one JSON object a line.
"""

import json
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from mobile.bootstrap import Phone, open_phone
from mobile.services.delivery import Progress
from shared.clock import to_millisecond
from shared.identity import uuid7
from shared.problems import Problem
from shared.rules import catalogue
from shared.wire.v1 import records as r
from shared.wire.v1.reference import KINDS
from tests.journeys.demo import photos, story

SAMPLES = 5


def tell(event: str, **values: Any) -> None:
    sys.stdout.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def enrol(phone: Phone, code: str) -> None:
    session = phone.enrolment.enrol(code)
    tell("enrolled", officer=session.officer.name)


def pull(phone: Phone) -> None:
    """Fetch what is new; says what the phone has now and how old it is."""
    phone.reference.pull()
    tell(
        "pulled",
        cursor=phone.reference.cursor(),
        as_of=phone.reference.as_of_words(),
        as_of_en=phone.reference.as_of_words("en"),
        **{kind: len(phone.reference.rows(kind)) for kind in KINDS},
    )


def file_reports(phone: Phone, number: int, home: Path) -> None:
    """Record and seal every stop of the story. Ids of inspections are minted when the team starts each."""
    inspections: dict[str, UUID] = {}
    for index, stop in enumerate(story.STORIES[number], 1):
        inspection = inspections.setdefault(stop.team_stop, uuid7(phone.clock.now()))
        draft, scene = write(phone, stop, number * 100 + index, inspection, home)
        queued = phone.sealing.seal(draft)
        tell(
            "sealed",
            report=str(queued.id),
            index=index,
            of=len(story.STORIES[number]),
            photos=len(scene.photos),
            fixes=scene.position.samples,
            accuracy_m=scene.position.accuracy_m,
        )


def write(phone: Phone, stop: story.Stop, seed: int, inspection: UUID, home: Path) -> tuple[UUID, story.Scene]:
    """A draft with all that the inspector sees at this stop. `seed`: of the photos that are drawn."""
    session = phone.enrolment.current()
    if session is None:
        raise Problem("not_enrolled")
    licences = sorted(phone.reference.rows("licences"), key=lambda row: str(row["number"]))
    draft = phone.recording.start(stop.kind)
    reading = phone.positioning.take(samples=SAMPLES)
    licence = licences[stop.licence]
    scene = story.Scene(
        inspection=inspection,
        started_at=draft.started_at,
        finished_at=to_millisecond(phone.clock.now()),
        position=reading.position,
        device_time=reading.device_time,
        photos=_photos(phone, draft.id, stop, seed, home),
        officer=session.officer.name,
        agency="Sở Công Thương (minh họa)",
        commune=_nearest_commune(phone, reading.position),
        licence_id=UUID(str(licence["id"])),
        licence_number=str(licence["number"]),
        mineral=str(licence["minerals"][0]["name"]),
        catalogue_version=catalogue.read(phone.reference.rows("violation_types")).version,
    )
    phone.recording.save(
        draft.id,
        facts=story.facts(stop, scene),
        assessment=story.assessment(stop, scene),
        identities=story.identities(stop),
    )
    return draft.id, scene


def _photos(phone: Phone, draft: UUID, stop: story.Stop, seed: int, home: Path) -> tuple[tuple[UUID, r.Purpose], ...]:
    taken = []
    for i in range(stop.photos):
        drawn = home / "camera" / f"{seed}-{i}.jpg"
        drawn.parent.mkdir(exist_ok=True)
        photos.draw(drawn, caption=f"MINH HOA / ILLUSTRATION {seed}-{i + 1}", seed=seed * 10 + i)
        purpose = stop.tags[i % len(stop.tags)]
        entry = phone.recording.attach(draft, drawn, purpose=purpose, taken_at=phone.clock.now())
        taken.append((entry.id, purpose))
    return tuple(taken)


def _nearest_commune(phone: Phone, position: r.Position) -> str | None:
    """The commune whose centre is nearest: a suggestion an inspector would confirm."""
    if position.lat is None or position.lon is None:
        return None
    lat, lon = position.lat, position.lon
    rows = phone.reference.rows("communes")
    nearest = min(rows, key=lambda row: (float(row["lat"]) - lat) ** 2 + (0.93 * (float(row["lon"]) - lon)) ** 2)
    return str(nearest["code"])


def send(phone: Phone) -> None:
    """Until nothing is left, however often the line fails."""

    def moved(progress: Progress) -> None:
        if progress.file is None:
            tell("received", report=str(progress.report))
        else:
            tell(
                "bytes", report=str(progress.report), file=str(progress.file), sent=progress.sent, total=progress.total
            )

    stop = threading.Event()
    limit = threading.Timer(timedelta(minutes=3).total_seconds(), stop.set)
    limit.daemon = True
    limit.start()
    result = phone.sending.send_until_empty(
        stop,
        progress=moved,
        after_round=lambda r: tell(
            "round", received=r.received, confirmed=r.confirmed_files, failures=list(r.failures), problem=r.problem
        ),
    )
    tell("left", waiting=result.left.waiting, held=result.left.held, damaged=result.left.damaged)


def main(arguments: list[str]) -> int:
    home, server, act, *rest = arguments
    phone = open_phone(Path(home), server=server, gnss=rest[1] if act == "file" else None, model="Điện thoại minh họa")
    try:
        match act:
            case "enrol":
                enrol(phone, rest[0])
            case "pull":
                pull(phone)
            case "file":
                file_reports(phone, int(rest[0]), Path(home))
            case "send":
                send(phone)
            case _:
                raise SystemExit(__doc__)
    except Problem as problem:
        tell("problem", code=problem.code, detail=problem.detail("vi"), detail_en=problem.detail("en"))
        return 1
    finally:
        phone.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
