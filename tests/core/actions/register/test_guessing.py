"""What a table may be is guessed by the headings that clerks write."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from hemei.core.actions.register.guessing import columns_of, every_heading, guess

HEADERS = {
    "households": ["村代码", "户号", "户主姓名", "户主身份证号", "联系电话"],
    "changes": ["原代码", "新代码", "变更类型", "变更日期", "依据文件"],
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("register", HEADERS)
def test_a_table_is_known_by_its_headings_in_whatever_language_the_page_is(register: str, language: str) -> None:
    header = HEADERS[register]
    with override(language):
        assert list(guess(header)) == [register]
        assert sorted(columns_of(register, header).values()) == sorted(header)
        assert set(header) <= set(every_heading())
