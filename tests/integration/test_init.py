"""`init` in dbt projects of different habits: each builds right afterwards, and the user's files stay as they were."""

import json
import os
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest
import yaml
from jsonschema import Draft202012Validator

from reverse_etl.core.version import __version__
from reverse_etl.scaffold.package import package_files
from tests.support.quick import Done
from tests.support.scale import scaled
from tests.support.shop import COMMAND, DBT

PROFILE = """
{profile}:
  target: dev
  outputs:
    dev: {{type: duckdb, path: "{database}", schema: analytics_dev, threads: 2}}
    prod: {{type: duckdb, path: "{database}", schema: analytics, threads: 2}}
"""
# By which dbt is led to another package hub than its own.
HUB = "DBT_PACKAGE_HUB_URL"
SHARED = {
    "shared/dbt_project.yml": "name: shared\nversion: '1.0'\nmacro-paths: [macros]\n",
    "shared/macros/cents.sql": "{% macro cents(column) %}({{ column }} / 100.0){% endmacro %}\n",
}


@dataclass(frozen=True)
class Layout:
    """A project: its files below a folder of its own, where the dbt project is in it, and what init says of it."""

    files: dict[str, str]
    folder: str = "."
    profile: str = "shop"
    model: str = "models/reverse_etl/offline_conversions.sql"
    schema: str = "analytics_dev"
    says: tuple[str, ...] = ()
    caution: str = ""
    database: str = "shop.duckdb"
    listed_in: str = "packages.yml"
    entry: str = "  - local: dbt_reverse_etl\n"


LAYOUTS = {
    # A teaching project: folders with schemas of their own, seeds, comments in packages.yml, a dashboard as exposure.
    "schemas": Layout(
        {
            "dbt_project.yml": """
name: "shop"
version: "3.0.0"
config-version: 2
require-dbt-version: [">=1.5.0", "<3.0.0"]
profile: shop
model-paths: ["models"]
seed-paths: ["seeds"]
clean-targets: ["target", "dbt_packages"]
vars: {truncate_timespan_to: "{{ current_timestamp() }}"}
seeds:
  shop: {+schema: raw}
models:
  shop:
    staging: {+materialized: view, +schema: staging}
    marts: {+materialized: table}
""",
            "packages.yml": "# All\npackages:\n  - local: shared  # ours\n\n  # - package: dbt-labs/dbt_utils\n",
            **SHARED,
            "seeds/raw_orders.csv": "id,amount\n1,100\n2,250\n",
            "models/staging/stg_orders.sql": "select {{ shared.cents('amount') }} as eur from {{ ref('raw_orders') }}",
            "models/marts/offline_conversions.sql": "select * from {{ ref('stg_orders') }}",
            "models/marts/exposures.yml": """
exposures:
  - name: microsoft_ads_offline_conversions
    type: dashboard
    owner: {email: bi@example.com}
    depends_on: [ref('offline_conversions')]
""",
            "macros/generate_schema_name.sql": """
{% macro generate_schema_name(custom_schema_name, node) %}
  {%- if node.resource_type == 'seed' %}{{ custom_schema_name | trim }}
  {%- elif target.name == 'prod' and custom_schema_name %}{{ custom_schema_name | trim }}
  {%- else %}{{ target.schema }}{% endif -%}
{% endmacro %}
""",
        },
        model="models/reverse_etl/offline_conversions_2.sql",
        says=("edit packages.yml", "What to do next 1. edit packages.yml"),
    ),
    # A monorepo: the project two folders down, artifacts and the database outside of it, a package beside it.
    "monorepo": Layout(
        {
            "README.md": "# Everything\n",
            **SHARED,
            "transform/warehouse/dbt_project.yml": """
name: warehouse
version: '1.0'
profile: meltano
model-paths:
- models
seed-paths:
- data
target-path: ../docs
clean-targets:
- ../docs
- dbt_packages
models:
  warehouse: null
""",
            "transform/warehouse/packages.yml": "packages:\n- local: ../../shared",
            "transform/warehouse/models/a.sql": "select {{ shared.cents('100') }} as amount",
        },
        folder="transform/warehouse",
        profile="meltano",
        says=(
            "dbt deps --project-dir transform/warehouse",
            "edit transform/warehouse/models/reverse_etl/offline_conversions.sql",
        ),
        caution="../docs/shop.duckdb lies in ../docs/",
        database="transform/docs/shop.duckdb",
        entry="\n- local: dbt_reverse_etl\n",
    ),
    # Packages in dependencies.yml, written on Windows; several model paths, and packages installed elsewhere.
    "dependencies": Layout(
        {
            "dbt_project.yml": """
name: core
profile: shop
model-paths: ["models/core", "models/finance"]
macro-paths: ["macros", "shared/macros/more"]
packages-install-path: vendor/dbt
snapshot-paths: ["snapshots"]
on-run-start: "select 1"
models:
  core:
    +schema: "{{ 'core' if target.name == 'prod' else none }}"
  +persist_docs: {relation: true, columns: true}
  +grants: {}
""",
            "dependencies.yml": "# All we need\r\npackages:\r\n  - local: shared\r\n    # for cents\r\n",
            **SHARED,
            "models/core/deals.sql": "select 1 as id, {{ shared.cents(100) }} as amount, now() as closed_at",
            "models/finance/offline_conversions.py": "def model(dbt, session):\n    return dbt.ref('deals')\n",
            "snapshots/deals_history.yml": """
snapshots:
  - name: deals_history
    relation: ref('deals')
    config: {unique_key: id, strategy: timestamp, updated_at: closed_at}
""",
        },
        model="models/core/reverse_etl/offline_conversions_2.sql",
        listed_in="dependencies.yml",
    ),
    # Strict habits: flags, warnings as errors, dispatch, failures stored, aliases and schemas by macros of its own.
    "strict": Layout(
        {
            "dbt_project.yml": """
---
name: strict
version: 20261008.1.0
profile: shop
require-dbt-version: ">=1.8.0"
flags:
  require_generic_test_arguments_property: true
  warn_error: true
dispatch:
  - macro_namespace: dbt
    search_order: [strict, dbt]
data_tests:
  +store_failures: true
  +schema: dbt_test__audit
  +error_if: ">10"
models:
  strict:
    +materialized: view
    +schema: unconfigured
    +meta: {required_docs: true}
    +docs: {node_color: "#000899"}
  reverse_etl:
    +schema: ops
""",
            "packages.yml": "packages:  # nothing yet\n",
            "models/L1/a.sql": "select 1 as a",
            "models/L1/a.yml": """
models:
  - name: a
    columns: [{name: a, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]
""",
            "macros/names.sql": """
{% macro generate_alias_name(custom_alias_name=none, node=none) %}
  {{- custom_alias_name or node.name }}{{ '_' ~ env_var('DEVELOPER') if env_var('DEVELOPER', '') -}}
{% endmacro %}
{% macro strict__current_timestamp() %}now(){% endmacro %}
""",
        },
        schema="analytics_dev_ops",
    ),
    # Two products in one project, the older with models in its root folder; a copy of the profile that dbt finds.
    "products": Layout(
        {
            "dbt_project.yml": """
name: products
profile: products
model-paths: ["old", "new/models"]
test-paths: ["checks"]
docs-paths: ["notes"]
asset-paths: ["assets"]
clean-targets: ["target", "logs"]
models:
  products:
    new: {+materialized: table, +tags: [hourly]}
""",
            "packages.yml": "packages:\n  - {local: shared}\n",
            **SHARED,
            "old/a.sql": "select 1 as a",
            "old/a.yml": "version: 2\nmodels:\n  - name: a\n    columns:\n      - name: a\n        tests: [not_null]\n",
            "new/models/b.sql": "{{ config(alias='bee') }} select * from {{ ref('a') }}",
            "checks/none.sql": "select * from {{ ref('b') }} where a is null",
            "notes/n.md": "{% docs a %}A{% enddocs %}\n",
            "assets/logo.svg": "<svg/>\n",
        },
        profile="products",
        model="old/reverse_etl/offline_conversions.sql",
    ),
}


@dataclass(frozen=True)
class Place:
    """A layout on disk, and commands typed at its root."""

    layout: Layout
    root: Path

    @property
    def project(self) -> Path:
        return self.root / self.layout.folder

    def run(self, *arguments: str) -> str:
        """Run the program, in a process of its own: dbt counts the deprecations of all projects of a process."""
        return self._done(partial(self._apart, COMMAND), arguments)

    def dbt(self, *arguments: str) -> str:
        """Run dbt, which leaves more behind in a process than tests allow where it runs a model in Python."""
        return self._done(partial(self._apart, DBT), arguments)

    def _apart(self, program: Path, words: list[str], environment: dict[str, str]) -> Done:
        return subprocess.run(
            [str(program), *words],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def _done(self, program: Callable[[list[str], dict[str, str]], Done], arguments: Sequence[str]) -> str:
        ours = ("DBT_", "MICROSOFT_ADS_", "REVERSE_ETL_")
        kept = {k: v for k, v in os.environ.items() if k == HUB or not k.startswith(ours)}
        where = [] if self.layout.folder == "." else ["--project-dir", self.layout.folder]
        done = program([*arguments, *where], kept | {"DBT_PROFILES_DIR": str(self.project), "NO_COLOR": "1"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def contents(self) -> dict[str, bytes]:
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in self.root.rglob("*") if p.is_file()}


def place(layout: Layout, root: Path) -> Place:
    made = Place(layout, root)
    for name, text in layout.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    database = root / layout.database
    database.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect(str(database)).close()
    (made.project / "profiles.yml").write_text(PROFILE.format(profile=layout.profile, database=database))
    return made


@pytest.mark.parametrize("name", scaled(["monorepo", "strict"], long=list(LAYOUTS)))
def test_a_project_builds_after_init(name: str, tmp_path: Path) -> None:
    """After `init`, `dbt deps` and `dbt build` pass; a plan finds the sync; a second init changes nothing."""
    layout = LAYOUTS[name]
    there = place(layout, tmp_path)
    before = there.contents()

    dry = there.run("init", "--dry-run")
    assert there.contents() == before
    said = there.run("init")
    for words in (*layout.says, layout.model):
        assert words in " ".join(said.split())
        assert words in " ".join(dry.split())
    assert ("Caution" in said) == bool(layout.caution)
    assert layout.caution in said

    # Nothing of the user's is another; the entry in a list of packages is theirs to add.
    after = there.contents()
    assert {name: after[name] for name in before} == before
    assert (there.project / layout.model).is_file()
    with (there.project / layout.listed_in).open("a") as file:
        file.write(layout.entry)
    assert "nothing to do" in there.run("init")
    # Editors find the schema of the settings, which takes them as they are written.
    (exposure,) = there.project.rglob("reverse_etl/exposures.yml")
    named = exposure.read_text().splitlines()[0].partition("$schema=")[2]
    schema = json.loads((exposure.parent / named).read_text())
    assert Draft202012Validator(schema).is_valid(yaml.safe_load(exposure.read_text()))

    there.dbt("deps", "--quiet")
    there.dbt("build", "--quiet")

    with duckdb.connect(str(tmp_path / layout.database)) as connection:
        found = connection.execute(
            "select table_schema from information_schema.tables where table_name = 'reverse_etl_ledger'"
        ).fetchall()
    assert found == [(layout.schema,)]
    if name == "strict":
        # By the target that is called production there, and no other.
        assert ", local, account 123456" in there.run("plan")
        keys = ["--select", "exposure:*", "--output", "json", "--output-keys", "config", "--target", "prod"]
        assert '"environment": "production"' in there.dbt("ls", "--quiet", *keys)


def write_package(folder: Path) -> None:
    for name, content in package_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def builds_with(where: str, root: Path) -> None:
    """`init` for a package that dbt fetches, `dbt deps` and `dbt build` pass, and nothing is copied."""
    root.mkdir()
    there = place(Layout({"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n"}), root)
    there.run("init", "--package", where)
    assert not (root / "dbt_reverse_etl").exists()
    there.dbt("deps", "--quiet")
    there.dbt("build", "--quiet")
    assert "0 source rows" in there.run("plan")


def test_a_package_from_git_builds(tmp_path: Path) -> None:
    """dbt takes the package from a git repository, at the tag of the tool's version."""
    repository = tmp_path / "reverse-etl.git"
    write_package(repository)
    git = ["git", "-c", "user.name=us", "-c", "user.email=us@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"], ["tag", f"v{__version__}"]):
        subprocess.run([*git, *words], cwd=repository, check=True)
    builds_with(f"file://{repository}", tmp_path / "shop")


@pytest.mark.skipif(scaled(True, long=False), reason="make test-long")
def test_a_package_from_the_hub_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt takes the package by its name from a hub, in the tool's version. The hub is one of ours, on loopback."""
    files, api = tmp_path / "hub", tmp_path / "hub/api/v1"
    write_package(tmp_path / "reverse_etl")
    with serving(files) as address:
        (api / "us").mkdir(parents=True)
        with tarfile.open(files / "package.tar.gz", "w:gz") as packed:
            packed.add(tmp_path / "reverse_etl", f"reverse-etl-{__version__}")
        versions = {
            version: {"name": "reverse_etl", "packages": [], "downloads": {"tarball": f"{address}/{tarball}"}}
            for version, tarball in ((__version__, "package.tar.gz"), ("0.0.1", "none"), ("99.0.0", "none"))
        }
        (api / "index.json").write_text('["us/reverse_etl"]')
        (api / "us/reverse_etl.json").write_text(
            json.dumps({"name": "reverse_etl", "namespace": "us", "latest": "99.0.0", "versions": versions})
        )
        monkeypatch.setenv(HUB, f"{address}/")
        builds_with("us/reverse_etl", tmp_path / "shop")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address on loopback of the files below a folder, while the block runs."""
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
