"""The protocol keeps the laws in every world within small bounds, and no longer does once a rule is dropped."""

import pytest

from .configurations import NEEDED_IN, QUICK, UNSHOWN
from .rules import ALL, NAMES
from .search import search


@pytest.mark.parametrize("name", QUICK)
def test_the_laws_hold_in_every_world(name):
    """Whatever is lost, killed, late, refused or changed: nothing is lost and nothing counts twice."""
    found = search(QUICK[name])
    assert found.complete
    assert found.worlds > 1000
    assert found.broken is None, "\n".join([found.broken, *found.trace])


@pytest.mark.parametrize("rule", NEEDED_IN)
def test_each_rule_is_needed(rule):
    """With this rule dropped and all others kept, something is lost or counts twice."""
    found = search(QUICK[NEEDED_IN[rule]], ALL.without(rule))
    assert found.broken is not None
    assert found.trace


def test_no_rule_is_left_out():
    """Each rule is shown to be needed, or said to be unshown."""
    assert set(NEEDED_IN) | set(UNSHOWN) == set(NAMES)
