"""Where the dbt project is: in a folder, in one above it, or in those below that a message can name."""

from pathlib import Path

FILE = "dbt_project.yml"


def project_folder(given: Path) -> Path:
    """The folder that was given; where that is the working directory, the nearest above that has a dbt project.

    dbt itself looks upwards in the same way.
    """
    if given != Path() or (given / FILE).is_file():
        return given
    return next((folder for folder in Path.cwd().parents if (folder / FILE).is_file()), given)


def where_else(folder: Path) -> str:
    """A hint with the projects that lie one or two folders below, as in a monorepo."""
    found = sorted({*folder.glob(f"*/{FILE}"), *folder.glob(f"*/*/{FILE}")})
    names = [one.parent.as_posix() for one in found if not {"dbt_packages", ".venv"} & set(one.parts)]
    if not names:
        return "Change to the project's folder or name it with --project-dir."
    return "Name one with --project-dir. Below are: " + ", ".join(names[:10])
