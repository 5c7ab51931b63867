"""The list of mutations fits the source: `make mutants` takes minutes, and a move of a file is seen here at once."""

import pytest

from tests.mutants.mutation import Mutation
from tests.mutants.run import MUTATIONS, ROOT


@pytest.mark.parametrize("one", MUTATIONS, ids=lambda one: one.rule)
def test_texts_and_tests_of_a_mutation_are_there(one: Mutation) -> None:
    """Each text stands once in its file, and each test's file is there."""
    text = (ROOT / one.file).read_text()
    assert [text.count(old) for old, _ in one.changes] == [1] * len(one.changes)
    assert all((ROOT / test.split("::")[0]).is_file() for test in one.tests)
