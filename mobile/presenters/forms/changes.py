"""What taps make of the facts, beyond writing a value where it stands."""

from typing import Any, cast

from mobile.presenters.forms.builder import Facts
from mobile.services.filling import blank, paths
from shared.wire.v1.records import DocumentKind, Presented, SubjectKind, SubjectRole, VehicleKind


def added(facts: Facts, key: str) -> tuple[Facts, str]:
    """One more of a list, and the page it is filled in on."""
    count = len(paths.get(facts, key, ()))
    if key == "officers":
        agency = facts["officers"][0]["agency"] if facts["officers"] else ""
        made: Any = {"name": "", "post": None, "agency": agency, "lead": not facts["officers"]}
        return paths.append(facts, key, made), f"member/{count}"
    if key == "scene_actions":
        return paths.append(facts, key, blank.scene_action()), f"action/{count}"
    if key == "machines":
        return paths.append(facts, key, blank.machine(blank.next_id("m", facts[key]))), f"machine/{count}"
    if key == "vehicles":
        return paths.append(facts, key, blank.vehicle(blank.next_id("v", facts[key]))), f"craft/{count}"
    raise KeyError(key)


def removed(facts: Facts, key: str) -> Facts:
    """A load goes with its vehicle and its people, as long as no other load names them."""
    if key.startswith("loads/"):
        gone = paths.get(facts, key)
        facts = paths.drop(facts, key)
        used = {name for load in facts["loads"] for name in (*load["vehicles"], *load["subjects"])}
        lost = {*gone["vehicles"], *gone["subjects"]} - used
        return {
            **facts,
            "vehicles": [one for one in facts["vehicles"] if one["id"] not in lost],
            "subjects": [one for one in facts["subjects"] if one["id"] not in lost],
        }
    return cast(Facts, paths.drop(facts, key))


def chosen(facts: Facts, key: str, value: str) -> Facts:
    """What a choice brings along."""
    if key.startswith("vehicles/") and key.endswith("/kind"):
        return _crew_of(facts, int(key.split("/")[1]), value)
    if key.endswith("/presented") and value != Presented.SHOWN.value:
        return _without_numbers(facts, key.rpartition("/")[0])
    if key == "act_ended/state" and value != "ended":
        return {**facts, "act_ended": {"state": value, "at": None, "proof": None}}
    return facts


def _crew_of(facts: Facts, i: int, kind: str) -> Facts:
    """A vessel has a captain and lies on water, a truck has a driver."""
    vehicle = facts["vehicles"][i]["id"]
    names = {name for load in facts["loads"] if vehicle in load["vehicles"] for name in load["subjects"]}
    there = {SubjectRole.DRIVER.value, SubjectRole.CAPTAIN.value}
    role = SubjectRole.CAPTAIN if kind == VehicleKind.VESSEL.value else SubjectRole.DRIVER
    subjects = [
        {**one, "role": role.value} if one["id"] in names and one["role"] in there else one for one in facts["subjects"]
    ]
    on_water = any(one["kind"] == VehicleKind.VESSEL.value for one in facts["vehicles"])
    water = (facts["water"] or {"tide": None, "level": None}) if on_water else None
    return {**facts, "subjects": subjects, "water": water}


def _without_numbers(facts: Facts, path: str) -> Facts:
    """A paper that was not shown has no number; one that is not promised has no day."""
    paper = paths.get(facts, path)
    kept = paper["promised_by"] if paper["presented"] == Presented.PROMISED.value else None
    made = {**blank.document(DocumentKind(paper["kind"])), "presented": paper["presented"], "promised_by": kept}
    return cast(Facts, paths.put(facts, path, made))


def nameless(facts: Facts, key: str, on: bool) -> Facts:
    """No mark to be seen: then what it looks like; and the other way round."""
    vehicle = key.rpartition("/")[0]
    return cast(Facts, paths.put(facts, f"{vehicle}/{'mark' if on else 'description'}", None))


def pressed(facts: Facts, key: str) -> Facts:
    name, _, rest = key.partition(":")
    if key == "fled":
        return _fled(facts)
    if key == "met":
        return _met(facts)
    if key == "show-licence":
        return cast(Facts, paths.append(facts, "licences_shown", blank.licence_shown()))
    if name == "remove":
        return cast(Facts, paths.drop(facts, rest))
    if name == "add-paper":
        return cast(Facts, paths.append(facts, rest, blank.document(DocumentKind.OTHER)))
    if name == "unsign":
        return {**facts, "signatures": [one for one in facts["signatures"] if one["role"] != rest]}
    raise KeyError(key)


def _fled(facts: Facts) -> Facts:
    """Nobody was met, no paper was asked for; what is left is where it was seen from here."""
    subjects = [one for one in facts["subjects"] if one["role"] == SubjectRole.WITNESS.value]
    loads = [{**load, "subjects": [], "documents": []} for load in facts["loads"]]
    signatures = [one for one in facts["signatures"] if one["role"] == SubjectRole.WITNESS.value]
    positions = list(facts["positions"])
    if not any(one["role"] == "target" for one in positions):
        positions.append(_target())
    changed = {"subjects": subjects, "loads": loads, "signatures": signatures, "positions": positions}
    return {**facts, **changed, "statement": None}


def _met(facts: Facts) -> Facts:
    made = dict(facts)
    made["positions"] = [one for one in facts["positions"] if one["role"] != "target"]
    subjects, loads = list(facts["subjects"]), []
    for load in facts["loads"]:
        person = blank.subject(blank.next_id("s", subjects), SubjectRole.DRIVER, SubjectKind.PERSON)
        subjects.append(person)
        papers = [blank.document(kind) for kind in blank.ON_BOARD]
        loads.append({**load, "subjects": [person["id"]], "documents": papers})
    return {**made, "subjects": subjects, "loads": loads}


def _target() -> dict[str, Any]:
    nothing = ("lat", "lon", "accuracy_m", "altitude_m", "fixed_at", "provider", "satellites", "bearing_deg")
    more = ("distance_m", "method", "uncertainty_m")
    return {
        "role": "target",
        **dict.fromkeys(nothing + more),
        "mock": False,
        "samples": 0,
        "missing_reason": "not_measured_yet",
    }
