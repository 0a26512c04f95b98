"""The plain-text part of a mail, made from the same Markdown as its HTML."""

from __future__ import annotations

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

_RULE = "-" * 40


def to_text(tokens: list[Token]) -> str:
    """Plain text with the markers still in it; blocks are parted by one empty line."""
    return _blocks(SyntaxTreeNode(tokens).children, gap="\n\n")


def _blocks(nodes: list[SyntaxTreeNode], gap: str) -> str:
    # A condition's tags add no line of their own, so that what they leave out leaves no hole.
    return "".join(
        node.content.strip() if node.type == "html_block" else _block(node) + gap for node in nodes
    )


def _block(node: SyntaxTreeNode) -> str:
    if node.type in {"paragraph", "heading"}:
        return "".join(_inline(child) for child in node.children)
    if node.type in {"bullet_list", "ordered_list"}:
        return _list(node)
    if node.type == "blockquote":
        return _indented(_blocks(node.children, "\n\n").rstrip("\n"), "> ", "> ")
    if node.type == "hr":
        return _RULE
    return node.content.rstrip("\n")


def _list(node: SyntaxTreeNode) -> str:
    number = int(node.attrs.get("start", 1))
    items = []
    for item in node.children:
        sign = "- " if node.type == "bullet_list" else f"{number}. "
        number += 1
        tight = any(child.type == "paragraph" and child.hidden for child in item.children)
        content = _blocks(item.children, "\n" if tight else "\n\n").rstrip("\n")
        items.append(_indented(content, sign, " " * len(sign)))
    return "\n".join(items)


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join((first if place == 0 else rest) + line for place, line in enumerate(lines))


def _inline(node: SyntaxTreeNode) -> str:
    if node.type in {"softbreak", "hardbreak"}:
        return "\n"
    if node.type == "link":
        return _link(node)
    if node.children:
        return "".join(_inline(child) for child in node.children)
    return node.content if node.type in {"text", "code_inline"} else ""


def _link(node: SyntaxTreeNode) -> str:
    words = "".join(_inline(child) for child in node.children)
    address = str(node.attrs["href"])
    same = words in {address, address.removeprefix("mailto:")}
    return words if same else f"{words} ({address})"
