"""Goals, comparisons and journals against the embedded simulated server."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from pathlib import Path

import pytest
from splleed import (
    Benchmark,
    BenchmarkResults,
    ConfigError,
    GateError,
    RunError,
    SamplingParams,
    SimConfig,
    SplleedError,
    compare,
    merge,
    read_requests,
    rescore,
)

# Whatever the machine does: even one sample shows that more than 2 % are good, or that more than 1 % are not.
MET, UNMET, UNKNOWN = "e2e_p2=60000", "e2e_p99=0.001", "e2e_p99=60000"


def bench(speed: float = 20, **more: object) -> Benchmark:
    return Benchmark(
        backend=SimConfig(speed=speed),
        prompts=[f"prompt {i}" for i in range(100)],
        sampling=SamplingParams(max_tokens=4),
        runs=20,
        **more,  # type: ignore[arg-type]  # any field
    )


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journal") / "r.ndjson"
    bench(trials=2).run_sync(records=path)
    return path


def test_a_journal_is_the_one_of_the_results(tmp_path: Path) -> None:
    path = tmp_path / "new" / "r.ndjson"
    results = bench().run_sync(records=path)
    assert results.identity["journal_hash"] == hashlib.sha256(path.read_bytes()).hexdigest()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="runs"):
        Benchmark(backend=SimConfig(), prompts=["x"], runs=-1).run_sync(records=path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("backend", "path"),
    [
        (None, "backend"),
        ("vllm", "backend"),
        ({"type": "vllm", "model": "m", "grace_timeout_s": "abc"}, r"backend\.grace_timeout_s"),
    ],
)
def test_what_is_no_backend_is_bad_configuration(backend: object, path: str) -> None:
    with pytest.raises(ConfigError, match=f"^{path}"):
        Benchmark(backend=backend, prompts=["x"]).run_sync()  # type: ignore[arg-type]  # the point


def test_goals_that_are_met() -> None:
    results = bench(goals=[MET]).run_sync()
    assert results.verdict == "pass"
    assert results.results[0].goals is not None
    assert results.results[0].goals[0]["verdict"] == "pass"


def test_goals_that_are_not_met_are_an_error_with_results() -> None:
    with pytest.raises(GateError, match=f"failed: {UNMET} at concurrency 1; undecided: {UNKNOWN}") as e:
        bench(goals=[UNMET, UNKNOWN]).run_sync()
    assert isinstance(e.value, RunError)
    assert e.value.results is not None
    assert e.value.results.verdict == "fail"


def test_fail_on(journal: Path) -> None:
    assert rescore(journal, goals=[UNKNOWN], fail_on="fail").verdict == "undecided"
    assert rescore(journal, goals=[UNMET], fail_on="never").verdict == "fail"
    with pytest.raises(GateError, match="undecided"):
        rescore(journal, goals=[UNKNOWN])
    with pytest.raises(ConfigError, match=r"fail_on"):
        rescore(journal, fail_on="sometimes")  # type: ignore[arg-type]  # the mistake


def test_rescore(journal: Path) -> None:
    results = rescore(journal, slo={"e2el_ms": 60000}, percentiles=[75])
    assert results.results[0].goodput_pct == 100
    assert results.results[0].metrics["e2e"]["served"]["percentiles"]["p75"] > 0
    with pytest.raises(ConfigError, match=r"percentiles\[0\]"):
        rescore(journal, percentiles=[100])
    with pytest.raises(FileNotFoundError):
        rescore(journal.parent / "nowhere.ndjson")
    with pytest.raises(OSError, match="is a directory") as e:
        rescore(journal.parent)
    assert isinstance(e.value, SplleedError)


def test_too_many_failures_name_the_callers_line(journal: Path, tmp_path: Path) -> None:
    b = Benchmark(backend=SimConfig(speed=20, faults=["http_500"]), prompts=["x"], runs=2)
    failed = tmp_path / "failed.ndjson"

    async def awaits() -> BenchmarkResults:
        return await b.run(records=failed)

    async def blocks() -> BenchmarkResults:
        return b.run_sync()

    with pytest.warns(UserWarning, match="too many failed requests") as caught:
        asyncio.run(awaits())
        b.run_sync()
        asyncio.run(blocks())
        rescore(failed)
        merge(failed)
    assert [w.filename for w in caught] == [__file__] * 5


def test_rescore_of_no_journal(tmp_path: Path) -> None:
    (tmp_path / "r.ndjson").write_text("hello\n")
    with pytest.raises(ValueError, match="not a journal"):
        rescore(tmp_path / "r.ndjson")


def test_merge(journal: Path, tmp_path: Path) -> None:
    bench(trials=1).run_sync(records=tmp_path / "other.ndjson")
    assert merge(journal, tmp_path / "other.ndjson").n_trials == 3
    with pytest.raises(ValueError, match="given twice"):
        merge(journal, journal)


def test_rescore_inside_a_running_loop(journal: Path) -> None:
    async def notebook() -> BenchmarkResults:
        return rescore(journal)

    assert asyncio.run(notebook()).n_trials == 2


def test_read_requests(journal: Path, tmp_path: Path) -> None:
    requests = read_requests(journal)
    measured = [r for r in requests if r["phase"] == "measured"]
    assert len(measured) == 40
    assert all(r["first_arrival_ns"] > r["sent_ns"] for r in measured)
    (tmp_path / "cut.ndjson").write_text(journal.read_text()[:-20])
    assert 0 < len(read_requests(tmp_path / "cut.ndjson")) <= len(requests)
    (tmp_path / "bad.ndjson").write_text("{}\nx\n{}\n")
    with pytest.raises(ValueError, match="line 2"):
        read_requests(tmp_path / "bad.ndjson")


def test_records_have_the_intervals_over_trials(journal: Path) -> None:
    pooled, *trials = rescore(journal).to_records()
    assert pooled["e2el_p50_ms_ci_lower"] < pooled["e2el_p50_ms_ci_upper"]
    assert len(trials) == 2
    assert "e2el_p50_ms_ci_lower" not in trials[0]


def test_compare(tmp_path: Path) -> None:
    fast, slow = (bench(speed, trials=3, restart_between_trials=True).run_sync() for speed in (20, 1))
    comparison = fast.compare(slow, metrics=["e2e_p50"], gate="e2e_p50<=+5%")
    assert comparison.verdict == "fail"
    assert comparison.unit == "server start"
    assert comparison.levels[0]["metrics"][0]["verdict"] == "worse"
    assert [d["what"] for d in comparison.setup_differences] == ["backend.speed"]
    row = comparison.to_records()[0]
    assert (row["concurrency"], row["metric"], row["verdict"]) == (1, "e2e_p50", "worse")
    out = io.StringIO()
    comparison.print(out)
    assert out.getvalue().startswith("splleed: B against A\n")
    assert comparison.to_markdown().startswith("### splleed: B against A")

    fast.save(tmp_path / "fast.json")
    again = compare(tmp_path / "fast.json", slow, metrics=["e2e_p50"], name_b="slow")
    assert again.levels == comparison.levels
    assert (again.a["name"], again.b["name"], again.verdict) == (str(tmp_path / "fast.json"), "slow", "")
    again.save(tmp_path / "new" / "c.xml")
    assert "<testsuites>" in (tmp_path / "new" / "c.xml").read_text()
    again.save(tmp_path / "c.json")
    assert json.loads((tmp_path / "c.json").read_text()) == again.raw
    with pytest.raises(ValueError, match="unknown extension"):
        again.save(tmp_path / "c.pdf")


def test_compare_refuses(tmp_path: Path) -> None:
    results = bench().run_sync()
    with pytest.raises(ConfigError, match="want gates such as"):
        results.compare(results, gate="e2e_p50<5")
    with pytest.raises(ConfigError, match="unknown metric"):
        compare(results, results, metrics=["speed"])
    with pytest.raises(TypeError):
        results.compare(results, mergin=0.1)
    with pytest.raises(OSError, match="nowhere"):
        results.compare(tmp_path / "nowhere.json")
