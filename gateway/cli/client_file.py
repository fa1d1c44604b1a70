"""Writing one server into a client's file: nothing else in it changes, a backup stays."""

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class FileRefusedError(Exception):
    """The file cannot be written into; has a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a file."""

    path: Path
    #: None: there was no file before, or nothing had to change.
    backup: Path | None
    changed: bool


def put(
    path: Path,
    servers: str,
    name: str,
    entry: dict[str, Any],
    inputs: list[dict[str, Any]],
    *,
    replace: bool = False,
) -> Written:
    """Put a server into a file, under the key that its client has; raises FileRefusedError.

    An entry of this name that is another one stays, unless it may be replaced.
    """
    # A link leads to the file that is meant: it stays a link.
    path = Path(os.path.realpath(path))
    text = _text(path)
    found = _parsed(path, text)
    table = _member(path, found, servers, {})
    known = table.get(name)
    asked = _member(path, found, "inputs", []) if inputs else []
    if known == entry and all(one in asked for one in inputs):
        return Written(path, None, changed=False)
    if known is not None and known != entry and not replace:
        raise FileRefusedError(
            f"{path} has another server called {name!r}. It was left as it is: choose another "
            "--name, or say --replace."
        )
    mine = {one["id"] for one in inputs}
    kept = [one for one in asked if not (isinstance(one, dict) and one.get("id") in mine)]
    new = {**found, **({"inputs": [*kept, *inputs]} if inputs else {})}
    new[servers] = {**table, name: entry}
    backup = _keep(path)
    _write(path, json.dumps(new, indent=_indent(text), ensure_ascii=False) + "\n")
    return Written(path, backup, changed=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise FileRefusedError(f"{path} cannot be read ({error}). Nothing was written.") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        why = str(error)
        raise FileRefusedError(
            f"{path} is not plain JSON ({why}); comments and commas at the end of a list would "
            "be lost. Nothing was written: mend it, or put the entry in by hand."
        ) from None
    if not isinstance(found, dict):
        raise FileRefusedError(f"{path} does not hold a JSON object. Nothing was written.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _member(path: Path, found: dict[str, Any], name: str, empty: Any) -> Any:
    value = found.get(name, empty)
    if not isinstance(value, type(empty)):
        wanted = "an object" if isinstance(empty, dict) else "a list"
        raise FileRefusedError(f"{name!r} in {path} is not {wanted}. Nothing was written.")
    return value


def _indent(text: str) -> int | str:
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    if found is None:
        return 2
    return "\t" if found[1].startswith("\t") else len(found[1])


def _keep(path: Path) -> Path | None:
    """Keep what was there beside it, under a name that is free."""
    if not path.exists():
        return None
    names = (f"{path.name}.bak{number or ''}" for number in range(10_000))
    backup = next(one for name in names if not (one := path.with_name(name)).exists())
    backup.write_bytes(path.read_bytes())
    backup.chmod(path.stat().st_mode & 0o777)
    return backup


def _write(path: Path, text: str) -> None:
    """Write whole or not at all; who might read the file before may still, nobody else."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError as error:
        raise FileRefusedError(f"{path} cannot be written ({error}).") from None
