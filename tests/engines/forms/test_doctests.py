import doctest

import pytest

from hemei.engines.forms import expressions, languages


@pytest.mark.parametrize("module", [expressions, languages])
def test_the_examples_in_the_docstrings(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert not result.failed
