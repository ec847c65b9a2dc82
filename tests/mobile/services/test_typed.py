"""Numbers, dates and times as typed: what they mean, and that nothing is guessed."""

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mobile.services.typed import (
    Refused,
    day,
    day_text,
    number,
    number_text,
    time_of_day,
    time_text,
    whole,
)
from shared.i18n import LANGUAGES, Words

NBSP = "\u00a0"


def why(refused: object, language: str = "en") -> str:
    assert isinstance(refused, Refused), refused
    return refused.say(Words(language))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        (" 12,5 ", 12.5),
        ("12", 12.0),
        ("0", 0.0),
        ("007", 7.0),
        ("0,125", 0.125),
        ("0.125", 0.125),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234,567", 1234.567),
        ("1 234", 1234.0),
        ("1 234,567", 1234.567),
        (f"1{NBSP}234,5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1,234,567.8", 1234567.8),
        ("1234,567", 1234.567),
        ("1.2345", 1.2345),
        ("1.2340", 1.234),
        ("999999999999", 999999999999.0),
        ("0,000001", 0.000001),
    ],
)
def test_a_number_means_what_is_typed(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.234", "1.234 can mean 1234 or 1.234: type 1234, or 1.2340 with a zero at the end."),
        ("1,234", "1,234 can mean 1234 or 1.234: type 1234, or 1.2340 with a zero at the end."),
        ("12,500", "12,500 can mean 12500 or 12.500: type 12500, or 12.5000 with a zero at the end."),
        ("999.999", "can mean 999999 or 999.999"),
        ("1.23.456", "grouped wrongly"),
        ("1.234.56", "grouped wrongly"),
        ("1,234,5", "grouped wrongly"),
        ("1,234.567,8", "grouped wrongly"),
        ("0.123.456", "grouped wrongly"),
        ("12 5", "grouped wrongly"),
        ("12 , 5", "grouped wrongly"),
        ("1 234.567,8", "grouped wrongly"),
        ("12,", "digits are missing"),
        (",5", "digits are missing"),
        (".", "not a number"),
        ("-", "not a number"),
        ("-5", "below zero"),
        ("\u22125", "below zero"),
        ("+5", "not a number"),
        ("1e5", "not a number"),
        ("12 m3", "not a number"),
        ("1_000", "not a number"),
        ("0x10", "not a number"),
        ("inf", "not a number"),
        ("nan", "not a number"),
        ("\u0661\u0662", "not a number"),
        ("\uff11\uff12", "not a number"),
        ("1\u0662", "not a number"),
        ("1\u00b2", "not a number"),
        ("5-", "not a number"),
        ("1000000000000", "at most 12"),
        ("1,234567890123", "at most 12"),
    ],
)
def test_a_number_that_is_none_is_refused_with_what_to_type(text: str, said: str) -> None:
    assert said in why(number(text))


def test_what_is_asked_about_can_be_typed_as_told() -> None:
    for language, sign in (("vi", ","), ("en", ".")):
        said = why(number("12,340"), language)
        assert "12340" in said
        assert f"12{sign}3400" in said
        assert (number("12340"), number(f"12{sign}3400")) == (12340.0, 12.34)


def test_nothing_typed_is_nothing() -> None:
    assert (number(""), number("  "), whole(""), day(" "), time_of_day("")) == (None, None, None, None, None)


def test_a_minus_stands_only_where_it_may() -> None:
    assert number("-12,5", negative=True) == -12.5
    assert number("\u2212 0,5", negative=True) == -0.5
    assert str(number("-0", negative=True)) == "0.0"
    assert isinstance(number("--5", negative=True), Refused)


def test_fewer_digits_can_be_asked_for() -> None:
    assert number("0012,5", max_digits=3) == 12.5
    assert number("0,125", max_digits=3) == 0.125
    assert "at most 3" in why(number("12,55", max_digits=3))


@pytest.mark.parametrize(("text", "value"), [("12", 12), ("1 234", 1234), ("1.234.567", 1234567), ("0", 0)])
def test_a_count_is_whole(text: str, value: int) -> None:
    assert whole(text) == value
    assert type(whole(text)) is int


@pytest.mark.parametrize("text", ["12,5", "12,0", "1.234,0", "1.234", "-1", "0,5", "x"])
def test_a_count_is_nothing_else(text: str) -> None:
    assert isinstance(whole(text), Refused)


@pytest.mark.parametrize(
    "text", ["05/03/2026", "5/3/2026", "05032026", "05-03-2026", "5.3.2026", " 5 / 3 / 2026 ", "2026-03-05"]
)
def test_a_date_is_day_month_year(text: str) -> None:
    assert day(text) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31/02/2026", "not in the calendar"),
        ("29/02/2026", "not in the calendar"),
        ("12/31/2026", "day and the month, in this order"),
        ("00/01/2026", "not in the calendar"),
        ("32012026", "not in the calendar"),
        ("05/03/26", "four digits"),
        ("050326", "four digits"),
        ("5/3/202", "not a date"),
        ("5/3/20266", "not a date"),
        ("5/3", "not a date"),
        ("5/3-2026", "not a date"),
        ("5 3 2026", "not a date"),
        ("5th March", "not a date"),
        ("\u0665/3/2026", "not a date"),
        ("05/03/1026", "between 1900 and 2100"),
        ("05/03/2101", "between 1900 and 2100"),
    ],
)
def test_a_date_that_is_none_is_refused(text: str, said: str) -> None:
    assert said in why(day(text))


def test_the_leap_day_is_there_when_it_is() -> None:
    assert day("29/02/2028") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("23:05", time(23, 5)),
        ("7:05", time(7, 5)),
        ("2305", time(23, 5)),
        ("0000", time(0, 0)),
        ("23h05", time(23, 5)),
        ("23H05", time(23, 5)),
        ("23g05", time(23, 5)),
        ("23 giờ 05 phút", time(23, 5)),
        ("23 gio\u031b\u0300 05", time(23, 5)),
        ("23h", time(23, 0)),
    ],
)
def test_a_time_is_hours_and_minutes(text: str, value: time) -> None:
    assert time_of_day(text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("24:00", "from 00 to 23"),
        ("2460", "from 00 to 23"),
        ("23:60", "from 00 to 59"),
        ("130", "not a time"),
        ("7:5", "not a time"),
        ("23.05", "not a time"),
        ("23", "not a time"),
        ("23:05:10", "not a time"),
        ("11:05 pm", "not a time"),
        ("\u0662\u0663:05", "not a time"),
    ],
)
def test_a_time_that_is_none_is_refused(text: str, said: str) -> None:
    assert said in why(time_of_day(text))


def test_every_reason_is_one_sentence_in_both_languages() -> None:
    texts = ["x", "1.23.4", "1.234", "1,", "-1", "1234567890123"]
    refused: list[object] = [whole("1,5"), *(number(text) for text in texts)]
    refused += [day(text) for text in ("x", "1/1/26", "31/2/2026", "1/1/1")] + [time_of_day(t) for t in ("x", "25:00")]
    for one in refused:
        said = {language: why(one, language) for language in LANGUAGES}
        assert said["vi"] != said["en"]
        assert all(text.endswith(".") and "{" not in text for text in said.values())


def test_a_long_text_is_shown_by_its_beginning() -> None:
    assert len(why(number("Giấy phép số " * 50))) < 130


def test_braces_in_what_was_typed_do_no_harm() -> None:
    assert why(number("{n}")).startswith("{n} is not a number")


# --- written back

VALUES = st.decimals(min_value=0, max_value=10**8, places=3).map(float) | st.decimals(
    min_value=0, max_value=10**4, places=4
).map(float)


@given(value=VALUES, language=st.sampled_from(LANGUAGES))
@example(value=1.234, language="vi")
@example(value=1e-6, language="en")
@example(value=100000000000.0, language="vi")
def test_a_number_written_is_read_back_unchanged(value: float, language: str) -> None:
    assert number(number_text(value, language)) == value


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (1234.5, "1234,5", "1234.5"),
        (12.0, "12", "12"),
        (1.234, "1,2340", "1.2340"),
        (0.125, "0,125", "0.125"),
        (1234.567, "1234,567", "1234.567"),
        (-2.5, "-2,5", "-2.5"),
    ],
)
def test_a_number_is_written_with_the_sign_of_the_language(value: float, vi: str, en: str) -> None:
    assert (number_text(value, "vi"), number_text(value, "en")) == (vi, en)


def test_what_cannot_be_typed_is_not_written() -> None:
    with pytest.raises(ValueError, match="cannot be typed"):
        number_text(float("nan"), "vi")


@given(value=st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_written_is_read_back(value: date) -> None:
    assert day(day_text(value)) == value
    assert len(day_text(value)) == 10


@given(value=st.times().map(lambda t: t.replace(second=0, microsecond=0)))
def test_a_time_written_is_read_back(value: time) -> None:
    assert time_of_day(time_text(value)) == value


ANY = st.text(st.one_of(st.sampled_from("0123456789.,- /:hg"), st.characters()), max_size=14)


@given(text=ANY)
def test_any_text_has_a_value_or_a_reason(text: str) -> None:
    for read in (number(text), number(text, negative=True), whole(text), day(text), time_of_day(text)):
        if isinstance(read, Refused):
            assert why(read, "vi")
        else:
            assert read is not None or not text.strip()


@given(integer=st.integers(1, 999), decimals=st.integers(0, 999), sign=st.sampled_from(",."))
def test_a_number_with_two_readings_is_never_given_one(integer: int, decimals: int, sign: str) -> None:
    refused = number(f"{integer}{sign}{decimals:03d}")
    assert isinstance(refused, Refused)
    assert refused.values["large"] == Decimal(integer * 1000 + decimals)
    assert refused.values["small"] == Decimal(f"{integer}.{decimals:03d}")
