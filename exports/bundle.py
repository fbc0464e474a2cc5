"""The bundle: a folder with ``design.json`` and what was exported from it, written whole or not at all.

Everything is written into a hidden folder, ``.NAME.tmp-PID``. A new bundle is that folder renamed; in a
folder that exists each file is replaced atomically, and files that are not written stay. A process that is
killed leaves at most the hidden folder, which the next write removes. What it does not cover: a power
failure (nothing is flushed to the disk), and two writers agreeing on one folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from pydantic import ValidationError

from voltsmith.schemas.designs import SCHEMA_VERSION, Design
from voltsmith.schemas.errors import BadDocument, BadInput

DESIGN = "design.json"
LARGEST_DESIGN = 20_000_000
"""Bytes of a ``design.json`` that is read; a real one has a hundredth of that."""

_ERRORS_SHOWN = 3
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")


def design_json(design: Design) -> str:
    """``design.json`` as text: indented by 2, fields in the order of the contract, no newline at the end."""
    return design.model_dump_json(indent=2)


def check_folder(folder: Path) -> None:
    """Refuse a folder that :func:`write_bundle` could not write to, before any work is done.

    Raises:
        BadInput: it is a file, holds something other than a bundle, or cannot be created or written.
    """
    with _explained(folder):
        target = _resolved(folder)
        if target.exists():
            _check_existing(folder, target)
        place = _place_for(target)
        if not place.is_dir():
            raise BadInput(f"cannot create {folder}: {place} is a file; choose another folder")
        if not os.access(place, os.W_OK | os.X_OK):
            raise BadInput(f"cannot write to {folder}: {place} is read-only for you; choose another folder")


def write_bundle(design: Design, folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write ``design.json`` and ``files`` (text by file name) into ``folder``, which is created.

    Returns:
        The paths written, ``design.json`` first.

    Raises:
        BadInput: the folder is a file, holds something other than a bundle, or cannot be written.
    """
    if wrong := [name for name in files if not _FILE_NAME.fullmatch(name) or name == DESIGN]:
        raise ValueError(f"not the name of a file in a bundle: {wrong[0]!r}")
    check_folder(folder)
    with _explained(folder):
        target = _resolved(folder)
        names = [DESIGN, *files]
        with _parents(target), _hidden(target) as temporary:
            _write(temporary / DESIGN, design_json(design) + "\n")
            for name in files:
                _write(temporary / name, files[name])
            if not _moved(temporary, target):
                # design.json first: whatever happens now, the folder is known for a bundle.
                for name in names:
                    os.replace(temporary / name, target / name)
    return [folder / name for name in names]


def _check_existing(folder: Path, target: Path) -> None:
    if not target.is_dir():
        raise BadInput(f"cannot write a bundle to {folder}: it is a file; name a folder instead")
    left = _hidden_names(target)
    foreign = any(not left.fullmatch(path.name) for path in target.iterdir())
    if foreign and not (target / DESIGN).is_file():
        raise BadInput(
            f"cannot write a bundle to {folder}: it holds other files and no {DESIGN}; "
            "name a new or an empty folder"
        )


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn what the operating system objects to into a message."""
    try:
        yield
    except OSError as trouble:
        reason = trouble.strerror or str(trouble)
        raise BadInput(f"cannot write a bundle to {folder}: {reason}; choose another folder") from trouble


def _resolved(folder: Path) -> Path:
    try:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            folder.stat()  # from Python 3.13 on, resolve() no longer minds links that lead in a circle
        return folder.resolve()
    except (ValueError, RuntimeError) as trouble:  # a NUL in the name; links that lead in a circle
        raise BadInput(f"{str(folder)!r} names no folder: {trouble}") from trouble
    except OSError as trouble:
        if trouble.errno != errno.ELOOP:
            raise
        raise BadInput(f"{str(folder)!r} names no folder: its links lead in a circle") from trouble


def _place_for(target: Path) -> Path:
    """The folder that is written to: ``target`` where it exists, else the nearest above it that does."""
    return next(path for path in (target, *target.parents) if path.exists())


def _hidden_names(target: Path) -> re.Pattern[str]:
    return re.compile(re.escape(f".{target.name}.tmp-") + r"(\d+)(-\d+)?")


@contextlib.contextmanager
def _parents(target: Path) -> Iterator[None]:
    """Create the folders above ``target``, and take those back that were created if the body fails."""
    missing = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise


@contextlib.contextmanager
def _hidden(target: Path) -> Iterator[Path]:
    """A hidden folder beside ``target``, or in it where that exists; removed at the end with its contents."""
    # Within an existing folder, because that may be of another file system than the one it is mounted in.
    place = target if target.exists() else target.parent
    for path in place.iterdir():
        match = _hidden_names(target).fullmatch(path.name)
        if match is not None and not _is_alive(int(match.group(1))):
            shutil.rmtree(path, ignore_errors=True)
    prefix = f".{target.name}.tmp-{os.getpid()}"
    for number in count():
        temporary = place / (prefix if number == 0 else f"{prefix}-{number}")
        try:
            temporary.mkdir()
            break
        except FileExistsError:  # another thread writes the same bundle
            continue
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _moved(temporary: Path, target: Path) -> bool:
    """Whether ``temporary`` became ``target``, which did not exist."""
    if target.exists():
        return False
    try:
        os.rename(temporary, target)
    except OSError as trouble:
        if trouble.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def read_design(path: Path) -> Design:
    """The design in ``path``, which may also be the folder of a bundle.

    Raises:
        BadDocument: it is missing, damaged, too large or no design; the message says where.
    """
    try:
        file = path / DESIGN if path.is_dir() else path
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise BadDocument(f"{file} is no file")
        if found.st_size > LARGEST_DESIGN:
            raise BadDocument(
                f"{file} has {found.st_size / 1e6:.0f} MB; a design has {LARGEST_DESIGN / 1e6:.0f} MB at most"
            )
        data = file.read_bytes()
    except FileNotFoundError as trouble:
        raise BadDocument(f"{file} does not exist; name a {DESIGN} or the folder of a bundle") from trouble
    except OSError as trouble:
        raise BadDocument(f"{path} cannot be read: {trouble.strerror or trouble}") from trouble
    except ValueError as trouble:
        raise BadDocument(f"{str(path)!r} names no file: {trouble}") from trouble
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        raise BadDocument(f"{file} is no UTF-8 text: byte {trouble.start} cannot be read") from trouble
    try:
        return Design.model_validate_json(text)
    except ValidationError as trouble:
        raise BadDocument(_in_words(file, trouble)) from trouble


def _in_words(file: Path, trouble: ValidationError) -> str:
    errors = trouble.errors(include_url=False, include_context=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        place = errors[0]["msg"].removeprefix("Invalid JSON: ")
        return f"{file} is no JSON, or was cut off: {place}"
    if any(error["loc"] == ("schema_version",) for error in errors):
        return f"{file} is of another version of voltsmith: this one reads schema_version {SCHEMA_VERSION!r}"
    shown = [f"{_place(error['loc'])}{_plain(error['msg'])}" for error in errors[:_ERRORS_SHOWN]]
    more = len(errors) - len(shown)
    return f"{file} is no valid design: {'; '.join(shown)}" + (f"; and {more} more" if more else "")


def _place(location: tuple[int | str, ...]) -> str:
    """``('circuit', 'parts', 2, 'ref')`` as ``circuit.parts[2].ref: ``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return f"{text.removeprefix('.')}: " if text else ""


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")
