"""Index and checkpoints of the tests lie in folders of their own, never in those of whoever runs them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """``VOLTSMITH_CACHE`` and ``VOLTSMITH_STATE`` for the session and whatever it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOLTSMITH_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("VOLTSMITH_STATE", str(tmp_path_factory.mktemp("state")))
        yield
