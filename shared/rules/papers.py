"""Papers of a load: are they there, and has the same one been shown for another load?"""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - fields are called `date`, so the type needs another name
from datetime import datetime, timedelta
from uuid import UUID

from shared.rules.citing import RIVERBED_PAPERS, cited
from shared.rules.terms import MineralFamily
from shared.rules.verdict import Answer, Verdict
from shared.vietnamese import number_key, search_key

SHOWN, REUSED = "papers_shown", "paper_reused"
VERSION = "1"
REASONS = frozenset(
    {
        "papers_shown",
        "origin_papers_not_shown",
        "origin_papers_promised",
        "origin_papers_not_asked",
        "volume_papers_not_shown",
        "volume_papers_promised",
        "volume_papers_not_asked",
        "paper_seen_once",
        "paper_used_again",
        "paper_exceeded",
        "paper_covers_loads",
        "paper_may_be_same_load",
        "paper_quantity_unknown",
        "paper_near_quantity",
        "paper_number_weak",
    }
)

# What proves origin, and what tells the volume on board (NĐ 193/2025 Đ117 k2). An invoice or delivery note that states
# a quantity does both.
ORIGIN = frozenset({"invoice", "delivery_note"})
VOLUME = frozenset({"weigh_slip", "log_book"})
# Papers made out for one load or one sale; a contract or a licence is shown again and again by right.
FOR_A_LOAD = frozenset({"invoice", "delivery_note", "weigh_slip"})
KEY_LENGTH = 200
# Two stops of one vehicle with one paper may be one way with one load; no way in a province takes longer.
ONE_WAY = timedelta(hours=12)
# Of the quantities on board, where a sum says little: our own round figure for bodies measured with a tape.
LOAD_SHARE = 0.10


@dataclass(frozen=True, slots=True)
class Paper:
    """`kind` and `presented` as in the wire's `DocumentKind` and `Presented`. `unit`: m3 | t | ""."""

    kind: str
    presented: str
    issuer: str | None
    series: str | None
    number: str | None
    date: Day | None
    quantity: float | None
    unit: str

    @property
    def key(self) -> str:
        return paper_key(self.kind, self.issuer, self.series, self.number, self.date)


@dataclass(frozen=True, slots=True)
class PaperUse:
    """An earlier load for which a paper was shown. `at`: when it was seen. `mark_key`: of the vehicle that carried it,
    "" when it had no mark. `quantity`, `unit` (m3 | t): what was on board, None when nobody measured it."""

    report: UUID
    load: str
    at: datetime
    mark_key: str
    quantity: float | None
    unit: str


def shown(papers: Sequence[Paper], families: Set[MineralFamily], on: Day) -> Verdict:
    """YES what has to be on board was shown, NO it was asked for and not shown.

    Origin papers for any mineral, data on the volume for riverbed sand (`families` empty: nobody knows, so their
    absence proves nothing). Number: `shown_count`.
    """
    sand, unknown = MineralFamily.RIVERBED_SAND in families, not families
    numbers: dict[str, float] = {"shown_count": sum(paper.presented == "shown" for paper in papers)}
    origin = _state([paper for paper in papers if paper.kind in ORIGIN])
    volume = _state([p for p in papers if p.kind in VOLUME or (p.kind in ORIGIN and p.quantity is not None)])
    reasons = [] if origin == "shown" else [f"origin_papers_{origin}"]
    if (sand or unknown) and volume != "shown":
        reasons.append(f"volume_papers_{volume}")
    citation = cited(RIVERBED_PAPERS, on) if sand else ""
    if not reasons:
        return Verdict(SHOWN, VERSION, Answer.YES, ("papers_shown",), numbers, citation)
    refused = origin == "not_shown" or (sand and volume == "not_shown")
    return Verdict(SHOWN, VERSION, Answer.NO if refused else Answer.CANNOT_TELL, tuple(reasons), numbers, citation)


def _state(papers: Iterable[Paper]) -> str:
    """The best that was said of any of them; "not_asked" where there is none."""
    said = {paper.presented for paper in papers}
    return next((state for state in ("shown", "promised", "not_shown") if state in said), "not_asked")


def paper_key(kind: str, issuer: str | None, series: str | None, number: str | None, date: Day | None) -> str:
    """Equal for the same paper, at most `KEY_LENGTH` characters; "" where what was written down is too weak to tell.

    Numbers begin anew with every seller, series and year, and sellers use the same series. So a number needs its date
    with series or issuer, or else both of these. With a series and a date the issuer is left out: its name is written
    in a dozen ways, and two sellers do not give one number of one series on one day often.
    """
    plain, series_key, issuer_key = number_key(number or ""), number_key(series or ""), _issuer(issuer or "")
    told_by = {
        (True, True): (series_key, ""),
        (True, False): (series_key, issuer_key) if issuer_key else None,
        (False, True): ("", issuer_key) if issuer_key else None,
    }.get((series_key != "", date is not None))
    if told_by is None or not re.search(r"[1-9]", plain):
        return ""
    key = "|".join((kind, plain, *told_by, "" if date is None else date.isoformat()))
    return key if len(key) <= KEY_LENGTH else f"{kind}|#{hashlib.sha256(key.encode()).hexdigest()}"


# What companies are, not what they are called.
_FORMS = re.compile(
    r"\b(cong ty|cty|ct|trach nhiem huu han|tnhh|mot thanh vien|mtv|hai thanh vien|co phan|cp|doanh nghiep|tu nhan"
    r"|dntn|dn|hop tac xa|htx|ho kinh doanh|hkd|chi nhanh|cn)\b"
)


def _issuer(name: str) -> str:
    plain = search_key(name)
    return "".join(_FORMS.sub(" ", plain).split()) or "".join(plain.split())


def reused(paper: Paper, here: PaperUse, others: Sequence[PaperUse]) -> Verdict:
    """YES not seen for another load, or all the loads fit into its quantity; NO they do not.

    `here`: this load; `others`: the other loads of this report and of earlier ones with the same paper. Numbers:
    `other_loads_count`; where loads were measured in the paper's unit, `loads_m3` (or `_t`) in all and `paper_m3`.
    """
    if not paper.key:
        return Verdict(REUSED, VERSION, Answer.CANNOT_TELL, ("paper_number_weak",), {})
    numbers: dict[str, float] = {"other_loads_count": len(others)}
    if not others:
        return Verdict(REUSED, VERSION, Answer.YES, ("paper_seen_once",), numbers)
    answer, reason = _covered(paper, [here, *others], numbers)
    if answer is not Answer.YES and all(_one_way(here, other) for other in others):
        answer, reason = Answer.CANNOT_TELL, "paper_may_be_same_load"
    return Verdict(REUSED, VERSION, answer, ("paper_used_again", reason), numbers)


def _covered(paper: Paper, loads: Sequence[PaperUse], numbers: dict[str, float]) -> tuple[Answer, str]:
    measured = [load.quantity for load in loads if load.quantity is not None and load.unit == paper.unit]
    if paper.quantity is None or not paper.unit or not measured:
        return Answer.CANNOT_TELL, "paper_quantity_unknown"
    total = math.fsum(measured)
    numbers[f"loads_{paper.unit}"] = round(total, 3)
    numbers[f"paper_{paper.unit}"] = round(paper.quantity, 3)
    if total * (1 - LOAD_SHARE) > paper.quantity:  # whatever the unmeasured ones held
        return Answer.NO, "paper_exceeded"
    if len(measured) < len(loads):
        return Answer.CANNOT_TELL, "paper_quantity_unknown"
    if total <= paper.quantity:
        return Answer.YES, "paper_covers_loads"
    return Answer.CANNOT_TELL, "paper_near_quantity"


def _one_way(here: PaperUse, other: PaperUse) -> bool:
    same_vehicle = here.mark_key != "" and here.mark_key == other.mark_key
    return same_vehicle and here.report != other.report and abs(here.at - other.at) <= ONE_WAY
