"""The documentation site, which Sphinx makes of the pages beside this file: `make docs`."""

import runpy
from pathlib import Path

# Run by itself, since the site's environment has the generator and not the product.
_VERSION = Path(__file__).parents[1] / "reverse_etl" / "core" / "version.py"

project = "reverse-etl"
version = release = runpy.run_path(str(_VERSION))["__version__"]
html_title = f"reverse-etl {version}"

# CommonMark, as code hosts read it: a page looks alike there and here. Headings can be linked to.
extensions = ["myst_parser"]
myst_heading_anchors = 3
nitpicky = True
# Of SQL with dbt's Jinja in it the SQL is highlighted.
suppress_warnings = ["misc.highlighting_failure"]

# All that a page loads lies beside it: no font, script or picture comes from elsewhere.
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
