"""The build hook. That the wheel works is what all other tests show when they run against it."""

from __future__ import annotations

import importlib.util
import types
from pathlib import Path

import pytest
from packaging.tags import parse_tag

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tags_are_well_formed(hook: types.ModuleType) -> None:
    platforms = [tag.platform for tags in hook.TARGETS.values() for tag in parse_tag(f"py3-none-{tags}")]
    assert len(set(platforms)) == len(platforms) == 3 + 3 + 1 + 1 + 1, (
        "Linux: manylinux in two spellings, and musllinux"
    )


def test_the_target_can_be_named(hook: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPLLEED_TARGET", "windows/amd64")
    assert hook.target() == ("windows/amd64", "win_amd64")
    monkeypatch.setenv("SPLLEED_TARGET", "plan9/mips")
    with pytest.raises(hook.AbortError, match="plan9/mips is unknown; known: linux/amd64, "):
        hook.target()


def test_without_go_there_is_one_clear_line(
    hook: types.ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(hook.AbortError, match=r"^building splleed needs Go: [^\n]*$"):
        hook.go_build(ROOT, tmp_path / "splleed", "1.0", None)
