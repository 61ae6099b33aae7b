import doctest
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.tables import BadCell, as_code, as_date, as_decimal, as_int, as_text, as_yes_no, cells
from hemei.engines.tables.cells import Since1904


def test_the_examples_in_the_docstrings() -> None:
    result = doctest.testmod(cells)
    assert result.attempted >= 6
    assert not result.failed


@pytest.mark.parametrize("parse", [as_code, as_date, as_decimal, as_int, as_text, as_yes_no])
@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000\u00a0\ufeff\n"])
def test_an_empty_cell_is_unknown(parse: Callable[[object], object], cell: object) -> None:
    assert parse(cell) is None


@pytest.mark.parametrize("parse", [as_code, as_date, as_decimal, as_int, as_text, as_yes_no])
@pytest.mark.parametrize("cell", ["#N/A", "#REF!", " #DIV/0! "])
def test_a_broken_formula_is_refused(parse: Callable[[object], object], cell: object) -> None:
    with pytest.raises(BadCell, match="出错的公式") as refusal:
        parse(cell)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("429021103200", "429021103200"),
        (429021103200, "429021103200"),
        (429021103200.0, "429021103200"),
        ("429021103200.0", "429021103200"),
        ("４２９０２１１０３２００", "429021103200"),
        (" 429021 103\u00a0200\n", "429021103200"),
        ("'429021", "429021"),
        ("4290211990303ｘ", "4290211990303x"),
        ("v1.0", "v1.0"),
        ("007", "007"),
        (100.0, "100"),
        (True, "是"),
    ],
)
def test_codes_as_clerks_leave_them(cell: object, code: str) -> None:
    assert as_code(cell) == code


@pytest.mark.parametrize("cell", [4.29021199003031e17, 429021199003031234, "4.29021E+11", "4.29021199003031E+17"])
def test_a_number_that_has_lost_its_last_digits_is_refused_not_guessed(cell: object) -> None:
    with pytest.raises(BadCell, match="后几位") as refusal:
        as_code(cell)
    assert "文本" in refusal.value.remedy


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (120, "120"),
        (0.1 + 0.2, "0.3"),
        ("１２０．５", "120.5"),
        ("1,234,567.8", "1234567.8"),
        ("-３", "-3"),
        (".5", "0.5"),
        (" 12 ", "12"),
    ],
)
def test_numbers_as_clerks_write_them(cell: object, number: str) -> None:
    assert as_decimal(cell) == Decimal(number)


@pytest.mark.parametrize(
    "cell", ["12户", "1,2", "一百", "1.2.3", "1e5", date(2026, 1, 1), True, float("nan"), float("inf")]
)
def test_what_is_no_number_is_refused(cell: object) -> None:
    with pytest.raises(BadCell, match="数字"):
        as_decimal(cell)


def test_whole_numbers() -> None:
    assert as_int("12.0") == 12
    with pytest.raises(BadCell, match="不是整数"):
        as_int(12.5)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2026, 11, 3), "2026-11-03"),
        (datetime(2026, 11, 3, 8, 30), "2026-11-03"),  # noqa: DTZ001
        (46329.0, "2026-11-03"),
        (46329.354, "2026-11-03"),
        ("46329", "2026-11-03"),
        ("2026-11-03", "2026-11-03"),
        ("2026/11/3 0:00:00", "2026-11-03"),
        ("2026-11-03T08:30:00", "2026-11-03"),
        ("2026.11.3", "2026-11-03"),
        ("2026 年 11 月 3 日", "2026-11-03"),
        ("2026年11月3号", "2026-11-03"),
        ("２０２６－１１－０３", "2026-11-03"),
        (20261103.0, "2026-11-03"),
        ("1998-03-05", "1998-03-05"),
    ],
)
def test_dates_as_clerks_write_them(cell: object, day: str) -> None:
    found = as_date(cell)
    assert found is not None
    assert found.isoformat() == day


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (1998, "缺少月或日"),
        ("2026年11月", "缺少月或日"),
        ("202611", "缺少月或日"),
        ("2026-02-30", "不存在"),
        ("03/11/2026", "看懂"),
        ("26.11.3", "看懂"),
        ("去年", "看懂"),
        (time(8, 30), "看懂"),
        (99999.0, "看懂"),
        (-1.0, "看懂"),
        (date(9999, 12, 31), "年份"),
        (date(1, 1, 1), "年份"),
    ],
)
def test_a_date_that_could_be_two_days_or_none_is_refused(cell: object, said: str) -> None:
    with pytest.raises(BadCell, match=said):
        as_date(cell)


def test_a_serial_of_a_workbook_that_counts_from_1904_is_its_own_day() -> None:
    assert as_date(Since1904(43585)) == as_date(45047) == date(2023, 5, 1)
    assert as_date(Since1904(20230501)) == date(2023, 5, 1)


def test_a_month_that_lost_its_point_is_no_serial() -> None:
    with pytest.raises(BadCell, match="缺少月或日"):
        as_date(20235)  # 2023.5, and as a serial a day of 1955


@given(st.dates(date(1970, 1, 1), date(2099, 12, 31)))
def test_a_date_is_read_however_it_was_kept(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    spoken = f"{day.year}年{day.month}月{day.day}日"
    assert {as_date(day), as_date(serial), as_date(float(serial)), as_date(day.isoformat()), as_date(spoken)} == {day}


@given(st.integers(-(10**14), 10**14))
def test_a_whole_number_is_read_however_it_was_kept(number: int) -> None:
    assert as_int(number) == as_int(float(number)) == as_int(str(number)) == as_int(f"{number:,}") == number


@given(st.text("0123456789", min_size=1, max_size=30))
def test_a_code_kept_as_text_comes_back_as_it_is(code: str) -> None:
    assert as_code(code) == code


def test_yes_and_no_in_many_hands() -> None:
    assert {as_yes_no(cell) for cell in ("是", "有", "√", "y", 1, True, " 是 ")} == {True}
    assert {as_yes_no(cell) for cell in ("否", "无", "没有", "×", "N", 0.0, False)} == {False}
    with pytest.raises(BadCell, match="是还是否"):
        as_yes_no("也许")


def test_the_apostrophe_that_neutralised_a_formula_is_taken_off_again() -> None:
    assert as_text("'=1+1") == "=1+1"
    assert as_text("'引号'") == "'引号'"
