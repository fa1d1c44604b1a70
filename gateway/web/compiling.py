"""How templates become code: what is known beforehand is worked out once, not for each page.

A page of forty changes prints thousands of values and says hundreds of texts that never change.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from gateway.web.reveal import spelled


def shown(value: object) -> object:
    """Spell what would not be seen, in text and attributes alike, whatever a template prints.

    Only ``| e`` keeps a value as it is: for boxes in which people edit it.
    """
    return spelled(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def printed(value: object) -> str:
    """Return what a template prints of a value: ``shown``, then escaped."""
    # Of one of our own texts nothing is to be done, of a plain one little.
    return value if type(value) is Markup else escape(shown(value))


class Templates(Environment):
    """Templates whose ``known`` calls are answered when they are compiled.

    Name of a function to what it returns for one text, as HTML; nothing else may have that name.
    """

    known: Mapping[str, Callable[[str], str]]

    def __init__(self, **options: Any) -> None:
        """Take what every environment takes."""
        super().__init__(**options)
        self.known = {}
        self.printed = printed


class _Folding(NodeTransformer):
    """Puts the answers of known calls in place of the calls."""

    def __init__(self, known: Mapping[str, Callable[[str], str]]) -> None:
        self.known = known

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's own way to name it
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name not in self.known:
            return node
        match node.args:
            case [nodes.Const(value=str(text))] if not node.kwargs:
                answer = self.known[node.node.name](text)
                return nodes.TemplateData(str(answer), lineno=node.lineno)
        return node


class _Generator(CodeGenerator):
    """Writes code that asks one function for each value it prints."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's own way to name it
        known = self.environment.known if isinstance(self.environment, Templates) else {}
        super().visit_Template(_Folding(known).visit(node), frame)

    def _output_child_pre(self, *_given: object, **_named: object) -> None:
        self.write("environment.printed(")

    def _output_child_post(self, *_given: object, **_named: object) -> None:
        self.write(")")


Templates.code_generator_class = _Generator
