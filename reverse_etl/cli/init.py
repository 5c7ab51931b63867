"""The command `init`: puts the dbt package and a first sync into a dbt project, and upgrades the package later."""

from pathlib import Path
from typing import Annotated

import typer

from reverse_etl.cli.options import ProjectDir


def init(
    *,
    project_dir: ProjectDir = Path(),
    sync: Annotated[
        str,
        typer.Option("--sync", metavar="NAME", help="Write another sync of this name, beside those that are there."),
    ] = "",
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Replace the package's folder by the one of this version.")
    ] = False,
    package: Annotated[
        str,
        typer.Option(
            "--package",
            metavar="WHERE",
            help="Let dbt take the package from a git address, or from OWNER/NAME on dbt's hub, instead of a copy.",
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and write nothing.")] = False,
) -> None:
    """Put the dbt package and a first sync into your dbt project. Overwrites nothing, and lists what differs.

    After an upgrade of the tool, `--upgrade` replaces the package's folder, dbt_reverse_etl/; a package from elsewhere
    gets its new version in packages.yml.

    Example: reverse-etl init --dry-run
    """
    from reverse_etl.scaffold import carry_out_plan, plan_init, plan_text

    plan = plan_init(project_dir, sync=sync.strip(), upgrade=upgrade, where=package.strip())
    if not dry_run:
        carry_out_plan(plan)
    typer.echo(plan_text(plan, dry=dry_run))
