"""What dbt's tests said of a source model: from run_results.json, or from what an earlier `push --build` left."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reverse_etl.core.ports import TestEvidence, Verdict
from reverse_etl.warehouse.artifacts import (
    RunResults,
    limited_build,
    run_results,
    statement_of,
    with_parents,
    written_at,
)
from reverse_etl.warehouse.history import kept_evidence
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.statements import PACKAGE

# Commands that leave word of tests or of a build; others write the same file with statuses that mean neither.
_TELLING = ("build", "run", "test", "retry")
_BUILDING = ("build", "run", "retry")
_BAD = ("fail", "error", "skipped", "runtime error", "partial success")
_GOOD = ("success", "pass", "warn")


def look(project: Project, source: str, *, built_at: datetime | None, earlier: str) -> TestEvidence:
    """The newest that is known of a source model's tests.

    `built_at`: when the `push --build` of now began, which has just written the file. `earlier`: what the newest of
    them left in the runs table.
    """
    found, ended, rebuilt = _from_file(project, source)
    mark = _fingerprint(project, source)
    if built_at is not None and (ended is None or ended < built_at):
        found = _unknown("dbt build left no run_results.json of this build")
    if built_at is not None:
        return replace(found, by="build", at=_text(ended), fingerprint=mark)
    stored = _stored(earlier, mark)
    # A time in the runs table has whole seconds.
    if stored is not None and not _untouched_since(
        project, source, datetime.fromisoformat(stored.at) + timedelta(seconds=1), here=True
    ):
        stored = None
    settles = found.verdict is not Verdict.UNKNOWN or rebuilt
    if stored is not None and (not settles or ended is None or stored.at > _text(ended)):
        return stored
    return replace(found, by="file", at=_text(ended), fingerprint=mark)


def _from_file(project: Project, source: str) -> tuple[TestEvidence, datetime | None, bool]:
    """What the file says, when it was written, and whether its command built the model in this target."""
    read = run_results(project)
    if read is None:
        return _unknown(f"dbt left no run_results.json in {project.target_folder} that can be read"), None, False
    model = read.results.get(source)
    beside_the_point = _beside_the_point(project, source, read)
    if beside_the_point:
        return _unknown(beside_the_point), read.ended, False
    tests = dict(_tests(project, source))
    failing = tuple(
        (name, read.results[test_id].failures)
        for test_id, name in tests.items()
        if test_id in read.results and read.results[test_id].status in _BAD
    )
    model_failed = model is not None and model.status in _BAD
    if failing or model_failed:
        return TestEvidence(Verdict.FAILED, _culprits(project, read), failing, model_failed), read.ended, False
    if model is None or model.status not in _GOOD or read.command not in _BUILDING:
        return (
            _unknown(f"the last dbt command here, `dbt {_words(read)}`, did not build it"),
            read.ended,
            False,
        )
    return _of_built(project, source, read, tests), read.ended, True


def _beside_the_point(project: Project, source: str, read: RunResults) -> str:
    """Why a file tells nothing of this source in this target, or nothing."""
    if read.command not in _TELLING:
        return f"the last dbt command here was `dbt {_words(read)}`"
    built = read.results[source].relation_name if source in read.results else None
    relation = project.manifest.nodes[source].relation_name
    if built not in (None, relation):
        return f"dbt last built {built}, not {relation}"
    if read.target is None:
        return "dbt v2 says in manifest.json when and for which target it ran, and another command has overwritten that"
    if not project.is_target_of(read.target):
        return f"the last dbt command here was for another target than {project.target}"
    return ""


def _of_built(project: Project, source: str, read: RunResults, tests: Mapping[str, str]) -> TestEvidence:
    """The verdict on a model that was built without a failure."""
    limited = limited_build(project, source)
    if limited:
        return _unknown(f"it was last built with {limited}")
    required = {test_id: name for test_id, name in tests.items() if not test_id.startswith("unit_test.")}
    done = {test_id for test_id, result in read.results.items() if result.status in _GOOD}
    missing = [name for test_id, name in required.items() if test_id not in done]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        return _unknown(f"not run since it was built: {', '.join(missing[:3])}{more}")
    changed = _changed_since(project, source, required, read.began)
    if changed:
        return _unknown(f"{changed} was changed since it was built")
    if not _untouched_since(project, source, read.ended, here=False):
        return _unknown("it, a test of it, or a model that it reads was run again since")
    count = len(required)
    return TestEvidence(
        Verdict.PASSED, f"{count} {'test' if count == 1 else 'tests'} passed or warned" if count else ""
    )


def _culprits(project: Project, read: RunResults) -> str:
    """The names of what failed in a build, at most three."""
    failed = [
        node_id.split(".")[2] if node_id.count(".") >= 2 else node_id
        for node_id, result in read.results.items()
        if result.status in _BAD and result.status != "skipped"
    ]
    return ", ".join(failed[:3]) + (f" and {len(failed) - 3} more" if len(failed) > 3 else "")


def _tests(project: Project, source: str) -> Iterator[tuple[str, str]]:
    """Ids and names of the enabled tests of a model: attached to it, written about it alone, or its unit tests."""
    for node_id, node in project.manifest.nodes.items():
        if node.resource_type != "test":
            continue
        attached = getattr(node, "attached_node", None)
        if attached == source or (attached is None and source in node.depends_on.nodes):
            yield node_id, node.name
    for test_id, test in project.manifest.unit_tests.items():
        if source in test.depends_on.nodes:
            yield test_id, test.name


def _changed_since(project: Project, source: str, tests: Mapping[str, str], moment: datetime) -> str:
    """The first file of the model, its tests or their macros that was written after a moment, or nothing."""
    root = Path(project.adapter.config.project_root)
    for name in sorted(_files(project, source, tests)):
        if written_at(root / name) > moment.timestamp():
            return name
    return ""


def _files(project: Project, source: str, tests: Mapping[str, str]) -> Iterator[str]:
    """Files of the user's project that a model and its tests are made of."""
    own = project.manifest.nodes[source].package_name
    yield "dbt_project.yml"
    for node_id in (source, *tests):
        node = project.manifest.nodes[node_id]
        if node.package_name == own:
            yield node.original_file_path
        if getattr(node, "patch_path", None):
            yield node.patch_path.partition("://")[2]
        for macro in _macros(project, node):
            if macro.package_name == own:
                yield macro.original_file_path


def _macros(project: Project, node: Any) -> Iterator[Any]:
    """The macros that a node uses, and those that these use, in the order of their ids."""
    found: dict[str, Any] = {}
    waiting = list(node.depends_on.macros)
    while waiting:
        macro_id = waiting.pop()
        macro = project.manifest.macros.get(macro_id)
        if macro is not None and macro_id not in found:
            found[macro_id] = macro
            waiting += macro.depends_on.macros
    yield from (macro for _, macro in sorted(found.items()))


def _fingerprint(project: Project, source: str) -> str:
    """What a model and its tests are made of, in short: equal as long as nothing in them changed."""
    parts: list[str] = []
    ids = [source, *(test_id for test_id, _ in _tests(project, source) if test_id in project.manifest.nodes)]
    for node_id in sorted(ids):
        node = project.manifest.nodes[node_id]
        parts += [node_id, node.raw_code, json.dumps(node.config.to_dict(), sort_keys=True, default=str)]
        parts += [
            macro.macro_sql for macro in _macros(project, node) if macro.package_name in (node.package_name, PACKAGE)
        ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _stored(earlier: str, mark: str) -> TestEvidence | None:
    """What an earlier run kept, where the model and its tests are still the same."""
    kept, _ = kept_evidence([(earlier,)])
    # Without a time it tells of a build that left nothing to read.
    return replace(kept, by="build") if kept is not None and kept.at and kept.fingerprint == mark else None


def _untouched_since(project: Project, source: str, moment: datetime, *, here: bool) -> bool:
    """Were neither the model, nor what it reads, nor a test of it run again?

    dbt writes each node's statement into its target folder when it runs it, and no other command erases that.
    `here`: only a build of this machine counts: what another has done since is not known.
    """
    tests = [test_id for test_id, _ in _tests(project, source)]
    for node_id in (*with_parents(project.manifest, source), *tests):
        node = project.manifest.nodes.get(node_id)
        if node is None:
            continue
        path = statement_of(project, node)
        if (path is None and here and node_id == source) or (path and written_at(path) > moment.timestamp()):
            return False
    return True


def _words(read: RunResults) -> str:
    """The command as people type it."""
    return "docs generate" if read.command == "generate" else read.command


def _unknown(text: str) -> TestEvidence:
    return TestEvidence(Verdict.UNKNOWN, text)


def _text(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
