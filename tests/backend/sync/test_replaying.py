"""After an upgrade everything that waits in quarantine is tried again, in lots, and taken up where it was stopped."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.inspections.models import Report
from backend.sync import replaying, services
from backend.sync.models import QuarantinedEnvelope
from shared.wire.v1.seal import SealedReport
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, officer
from tests.backend.sync.helpers import body_of, put_bytes

pytestmark = pytest.mark.usefixtures("_at_noon")
Client = Callable[..., APIClient]


def without_unit(cast: Cast, phone: Deliverer, count: int) -> list[SealedReport]:
    """Reports refused because their officer had no unit; whose cause is then mended."""
    cast.an.unit = None
    cast.an.save()
    sealed = [phone.phone.seal() for _ in range(count)]
    assert [phone.put(one).status_code for one in sealed] == [422] * count
    cast.an.unit = cast.team
    cast.an.save()
    return sealed


def nonsense(*values: int) -> None:
    for value in values:
        assert put_bytes(APIClient(), "01936a5e-0000-7000-8000-000000000001", b"%d" % value).status_code == 422


def replay(api: APIClient, **body: Any) -> Any:
    answer = api.post("/api/v1/quarantine/replay/", body, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def command(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("quarantine_replay", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_everything_that_waits_is_tried_and_each_says_what_became_of_it(
    cast: Cast, phone: Deliverer, as_: Client
) -> None:
    nonsense(1)
    (one,) = without_unit(cast, phone, 1)
    found = replay(as_(cast.em))
    assert found["next"] is None
    refused, filed = found["results"]
    assert (refused["status"], refused["problem"]["code"], refused["report"]) == (422, "still_refused", None)
    assert (filed["status"], filed["problem"], filed["report"]) == (201, None, str(one.manifest.id))
    assert [entry["number"] for entry in replay(as_(cast.em))["results"]] == [refused["number"]]
    assert Event.objects.filter(action="quarantine:replayed").count() == 1


def test_one_kind_of_refusal_alone(cast: Cast, phone: Deliverer, as_: Client) -> None:
    nonsense(1, 2)
    without_unit(cast, phone, 2)
    assert [entry["status"] for entry in replay(as_(cast.em), code="report_invalid")["results"]] == [201, 201]
    assert replay(as_(cast.em), code="report_invalid") == {"results": [], "next": None}


def test_lots_follow_each_other_by_number(
    cast: Cast, phone: Deliverer, as_: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "AT_ONCE", 2)
    nonsense(1)
    sealed = without_unit(cast, phone, 4)
    api, after, seen, lots = as_(cast.em), 0, [], 0
    while after is not None:
        found = replay(api, after=after)
        seen += [entry["report"] for entry in found["results"]]
        after, lots = found["next"], lots + 1
    assert seen == [None, *(str(one.manifest.id) for one in sealed)]
    assert lots == 3


def test_replaying_is_within_the_scope(cast: Cast, phone: Deliverer, as_: Client) -> None:
    """Another agency's administrator reaches neither their reports nor what belongs to nobody."""
    nonsense(1)
    without_unit(cast, phone, 1)
    other = officer("other", cast.market_team, Role.ADMINISTRATOR)
    assert replay(as_(other)) == {"results": [], "next": None}
    assert not Report.objects.exists()


@pytest.mark.parametrize("body", [{"after": -1}, {"after": "x"}, {"code": "x" * 41}, {"code": ["a"]}])
def test_replay_of_nonsense_is_a_problem(cast: Cast, as_: Client, body: dict[str, Any]) -> None:
    answer = as_(cast.em).post("/api/v1/quarantine/replay/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")


def test_report_that_its_phone_sent_again_meanwhile_is_done_with(cast: Cast, phone: Deliverer, as_: Client) -> None:
    (one,) = without_unit(cast, phone, 1)
    assert phone.put(one).status_code == 201
    assert [entry["status"] for entry in replay(as_(cast.em))["results"]] == [200]
    assert replay(as_(cast.em))["results"] == []
    assert Report.objects.count() == 1


def test_command_tries_all_says_which_stay_and_ends_with_its_code(cast: Cast, phone: Deliverer) -> None:
    nonsense(1)
    (one,) = without_unit(cast, phone, 1)
    code, said = command("--by", "em")
    assert code == 1
    assert f"| 201 | {one.manifest.id}" in said
    assert "envelope_invalid" in said
    assert "nhận / filed: 1; còn từ chối / still refused: 1" in said
    assert Event.objects.get(action="quarantine:replayed").actor == str(cast.em.id)
    assert command("--code", "report_invalid") == (0, "nhận / filed: 0; còn từ chối / still refused: 0\n")


def test_command_in_json_is_one_value_a_line(cast: Cast, phone: Deliverer) -> None:
    (one,) = without_unit(cast, phone, 1)
    code, said = command("--json")
    (line,) = [json.loads(line) for line in said.splitlines()]
    assert (code, line["report"], line["status"], line["refused"]) == (0, str(one.manifest.id), 201, None)
    assert Event.objects.get(action="quarantine:replayed").actor == "system"


def test_command_stopped_is_taken_up_above_the_last_number(
    cast: Cast, phone: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = without_unit(cast, phone, 3)
    numbers = list(QuarantinedEnvelope.objects.order_by("number").values_list("number", flat=True))
    tried, again = services.quarantine_replay, []

    def interrupted(**more: Any) -> Any:
        again.append(more)
        if len(again) == 3:
            raise KeyboardInterrupt
        return tried(**more)

    monkeypatch.setattr(services, "quarantine_replay", interrupted)
    code, said = command()
    assert (code, Report.objects.count()) == (2, 2)
    assert f"--after {numbers[1]}" in said
    code, said = command("--after", str(numbers[1]))
    assert (code, Report.objects.count()) == (0, len(sealed))


def test_command_by_nobody_does_nothing(cast: Cast, phone: Deliverer) -> None:
    without_unit(cast, phone, 1)
    assert command("--by", "nobody")[0] == 2
    assert not Report.objects.exists()


def test_bodies_are_tried_one_at_a_time_whatever_their_spacing(cast: Cast, phone: Deliverer, as_: Client) -> None:
    sealed = phone.phone.seal()
    cast.an.unit = None
    cast.an.save()
    raw = b"\n " + body_of(sealed) + b"\n"
    assert put_bytes(phone.api, sealed.manifest.id, raw).status_code == 422
    cast.an.unit = cast.team
    cast.an.save()
    assert [entry["status"] for entry in replay(as_(cast.em))["results"]] == [201]
