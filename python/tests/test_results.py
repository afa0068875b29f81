"""Results: the old names, null as None, files."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from splleed import BenchmarkResults, Comparison, SplleedError
from splleed.stats import ConfidenceInterval

INTERVAL = {"mean": 10.0, "ci_lower": 8.0, "ci_upper": 13.0, "std": 1.0, "n_samples": 3, "confidence_level": 0.99}
LEVEL = {
    "concurrency": 4,
    "ttft_p50_ms": 20.5,
    "ttft_p99_ms": None,
    "metrics": {"ttft": {"served": {"p50": 20.5}}},
    "key_of_later": 1,
}
RAW: dict[str, Any] = {
    "schema_version": 1,
    "engine": "vllm",
    "model": "m",
    "gpu": None,
    "results": [LEVEL],
    "n_trials": 2,
    "trial_results": [{"trial_index": 1, "concurrency_results": [LEVEL, LEVEL], "order": [1, 0]}],
    "aggregated_results": [{"concurrency": 4, "num_requests": 8, "ttft_p50_ms": INTERVAL, "icl_p99_ms": INTERVAL}],
    "environment": {"gpus": [{"index": 0, "name": "H100", "vram_mb": 81920}], "engine": {"name": "vllm"}},
    "key_of_later": "é",
}
TEXTS = {"table": "a table ±\n\n", "csv": "a,b\r\n1,2\r\n"}


def results() -> BenchmarkResults:
    return BenchmarkResults.from_dict(RAW, dict(TEXTS))


class Printer:
    """What IPython hands to _repr_pretty_."""

    shown = ""

    def text(self, words: str) -> None:
        self.shown += words


def test_a_notebook_shows_the_table() -> None:
    big = {**RAW, "results": [LEVEL] * 1000}
    r = BenchmarkResults.from_dict(big, dict(TEXTS))
    assert repr(r) == "<BenchmarkResults of vllm m, 1000 levels, 2 trials>"
    comparison = Comparison(levels=[{}] * 1000, about="servers", verdict="pass", texts={"text": "a table\n"})
    assert repr(comparison) == "<Comparison of servers, 1000 levels, verdict pass>"
    for shown, table in ((r, "a table ±"), (comparison, "a table")):
        printer = Printer()
        shown._repr_pretty_(printer, cycle=False)
        assert printer.shown == table


def test_attributes_are_keys() -> None:
    r = results()
    assert r.engine == "vllm"
    assert r.results[0].ttft_p50_ms == 20.5
    assert r.results[0].ttft_p99_ms is None, "not measured is not zero"
    assert r.results[0].metrics["ttft"]["served"]["p50"] == 20.5
    assert r.results[0].raw["key_of_later"] == 1
    assert r.trial_results is not None
    assert r.trial_results[0].trial_index == 1
    assert [level.concurrency for level in r.trial_results[0].concurrency_results] == [4, 4]
    assert r.aggregated_results is not None
    aggregate = r.aggregated_results[0]
    assert aggregate.ttft_p50_ms is not None
    assert aggregate.ttft_p50_ms.mean == 10.0
    assert aggregate.intervals["icl_p99_ms"].ci_upper == 13.0
    assert aggregate.e2el_p50_ms is None
    assert r.environment is not None
    assert r.environment.gpus[0].name == "H100"
    assert r.environment.engine is not None
    assert r.environment.model is None


def test_intervals_in_words() -> None:
    interval = ConfidenceInterval.from_dict(INTERVAL)
    assert interval.margin == 2.5  # (13 - 8) / 2
    assert str(interval) == "10.00 ± 2.50"
    assert f"{interval:.1f}" == "10.0 ± 2.5"
    assert str(ConfidenceInterval(mean=1.0, n_samples=1)) == "1.00"
    assert str(ConfidenceInterval()) == "-"


def test_json_keeps_everything() -> None:
    assert json.loads(results().to_json()) == RAW
    assert list(json.loads(results().to_json())) == list(RAW)
    assert "\n" not in results().to_json(indent=None)


def test_print_and_csv_are_the_drivers() -> None:
    out = io.StringIO()
    results().print(out)
    assert out.getvalue() == "a table ±\n"
    assert results().to_csv() == TEXTS["csv"]


def test_print_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    results().print()
    assert capsys.readouterr().out == "a table ±\n"


def test_save_and_load(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "r.json"
    results().save(path)
    loaded = BenchmarkResults.load(path)
    assert loaded == results()
    assert loaded.raw == RAW
    results().save(str(tmp_path / "r.CSV"))
    assert (tmp_path / "r.CSV").read_bytes() == TEXTS["csv"].encode()
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["r.CSV", "r.json"], "no parts are left"


@pytest.mark.parametrize("name", ["r.md", "r", "r.json.bak"])
def test_save_refuses_other_extensions(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="unknown extension"):
        results().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_save_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    path.write_text("before")

    def broken(fd: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        results().save(path)
    assert [p.read_text() for p in tmp_path.iterdir()] == ["before"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"results": 1}', "hello"])
def test_load_refuses_other_files(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"r\.json"):
        BenchmarkResults.load(path)


def test_a_missing_binary_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPLLEED_BINARY", raising=False)
    monkeypatch.setattr("splleed.binary.__file__", str(tmp_path / "binary.py"))
    with pytest.raises(SplleedError, match=r"no splleed binary at .*SPLLEED_BINARY"):
        BenchmarkResults.from_dict(RAW).to_csv()


def test_python_dash_m_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "splleed", "version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("splleed ")


def test_records_are_flat() -> None:
    records = results().to_records()
    assert [r["scope"] for r in records] == ["pooled", 1, 1]
    assert records[0]["engine"] == "vllm"
    assert records[0]["ttft_p50_ms"] == 20.5
    assert records[0]["metrics.ttft.served.p50"] == 20.5
    assert not any(isinstance(v, dict) for r in records for v in r.values())
