"""JSONTestSuite thrown at the API: what is no JSON is refused as such and not kept; nothing makes the office fail."""

from collections import Counter
from pathlib import Path

import pytest

from tests.backend.common.test_json_bodies import CALLS, send
from tests.backend.sync.helpers import grown, quarantined, rows
from tests.corpora.conftest import corpora_dir

SUITE = "06_hostile/JSONTestSuite/test_parsing"
# Fewer files than these would mean that the folder was not read.
AT_LEAST = {"n": 90, "y": 40, "i": 15}

# y_: JSON by the grammar (RFC 8259) that this office refuses all the same. None so far; a line here needs its reason.
REFUSED_ALL_THE_SAME: dict[str, str] = {}


def files(config: pytest.Config) -> list[Path]:
    folder = corpora_dir(config)
    return [] if folder is None else sorted((folder / SUITE).glob("[nyi]_*.json"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        found = files(metafunc.config)
        metafunc.parametrize("case", found, ids=[path.stem for path in found])


def test_the_suite_is_there_and_every_exception_is_a_file_of_it(request: pytest.FixtureRequest, corpora: Path) -> None:
    found = files(request.config)
    counted = Counter(path.name[0] for path in found)
    assert {kind for kind, least in AT_LEAST.items() if counted[kind] < least} == set()
    assert set(REFUSED_ALL_THE_SAME) <= {path.stem for path in found}


@pytest.mark.django_db
@pytest.mark.parametrize("call", CALLS)
def test_body_is_answered_for_what_it_is(case: Path, call: str) -> None:
    raw, before = case.read_bytes(), rows()
    answer = send(call, raw)
    assert answer["Content-Type"] == "application/problem+json"
    code, kind = answer.json()["code"], case.name[0]
    assert answer.status_code in (400, 422), answer.content  # none of them is an envelope, a batch, a sign-in, a code
    if kind == "n" and raw.strip():
        assert code == "not_json"
    if kind == "y" and case.stem not in REFUSED_ALL_THE_SAME:
        assert code != "not_json"
    if call == "report" and code != "not_json":
        assert bytes(quarantined(raw).body) == raw  # what was JSON is kept whole
    else:
        assert grown(before) == {}
