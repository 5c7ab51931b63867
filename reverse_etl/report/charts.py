"""Charts as SVG inside a page, by pygal: without script, style or address of their own; the page gives the colours."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import pygal
from lxml import etree
from markupsafe import Markup
from pygal.style import Style

# Its importer of maps, which are not used here, is of a kind that Python 3.11 warns of at each later import.
sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]

# What the page's colours are numbered up to.
COLOURS = 7
# Letters of this size, in units of the drawing, are what the page gives them, too.
_STYLE = Style(label_font_size=13, major_label_font_size=13, value_font_size=13, font_family="inherit")
# Names of days below the bars, at most.
_LABELS = 7
# Parts of a drawing that hold nothing without script.
_NEEDLESS = ("background", "titles", "plot overlay", "plot tooltip-overlay")


def by_day(
    days: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], words: Callable[[float], str], says: str
) -> Markup:
    """Bars of several series upon each other, one for each day. `says`: its text for screen readers."""
    chart = pygal.StackedBar(
        **_common(words),
        height=250,
        x_labels=list(days),
        x_labels_major_every=-(-len(days) // _LABELS),
        show_minor_x_labels=False,
    )
    for name, values in series:
        chart.add(name, list(values))
    return _svg(chart, says, [name for name, _ in series] if len(series) > 1 else [])


def across(steps: Sequence[tuple[str, float]], words: Callable[[float], str], says: str) -> Markup:
    """A bar for each step, from left to right, with its number."""
    # It draws from below.
    upwards = list(reversed(steps))
    chart = pygal.HorizontalBar(
        **_common(words, width=480),
        height=40 * len(steps) + 12,
        x_labels=[name for name, _ in upwards],
        show_x_labels=False,
        print_values=True,
        print_values_position="top",
        range=(0, 1.15 * max(number for _, number in steps)),
    )
    chart.add("", [number for _, number in upwards])
    return _svg(chart, says, [], kind="across")


def _common(words: Callable[[float], str], width: int = 760) -> dict[str, Any]:
    return {
        "style": _STYLE, "css": [], "js": [], "width": width, "show_legend": False, "truncate_label": -1, "margin": 6,
        "order_min": 0, "max_scale": 6, "value_formatter": lambda number: f"{number:,.0f}", "formatter": words,
    }  # fmt: skip


def _svg(chart: Any, says: str, names: Sequence[str], kind: str = "days") -> Markup:
    """The drawing without what the page has no use for; each bar says its number where the pointer rests on it."""
    root = chart.render_tree()
    for node in list(root.iter()):
        if not isinstance(node.tag, str) or node.tag in ("defs", "title") or node.get("class") in _NEEDLESS:
            node.getparent().remove(node)
    for serie in root.iter("g"):
        if "series" in serie.get("class", "").split():
            number = int(serie.get("class").split("serie-")[1].split()[0])
            for bar in serie.findall("g/g"):
                _label_bar(bar, names[number] if names else "")
    _round(root)
    root.attrib.pop("id", None)
    root.set("class", kind)
    root.set("role", "img")
    root.set("aria-label", says)
    etree.cleanup_namespaces(root)
    # The page escapes nothing of it: lxml has.
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704


def _label_bar(bar: Any, name: str) -> None:
    """Leave of a bar its rectangle, with what it says; nothing where it has no size."""
    said = {node.get("class"): node.text or "" for node in bar.findall("desc")}
    rect = bar.find("rect")
    if rect is None or min(float(rect.get(side, 0)) for side in ("height", "width")) < 0.05:
        bar.getparent().remove(bar)
        return
    rect.attrib.pop("class")
    bar.getparent().replace(bar, rect)
    title = etree.SubElement(rect, "title")
    title.text = ", ".join(part for part in (said.get("x_label", ""), name, said.get("value", "")) if part)


def _round(root: Any) -> None:
    """A tenth of a unit is finer than any screen."""
    for node in root.iter():
        for name in ("x", "y", "width", "height"):
            if (text := node.get(name)) and "." in text:
                node.set(name, f"{float(text):.1f}")
        for name in ("rx", "ry"):
            node.attrib.pop(name, None)
