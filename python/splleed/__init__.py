"""Benchmark LLM inference servers: TTFT, ITL, TPOT, E2E, throughput and goodput, with statistics that hold.

    import asyncio
    from splleed import Benchmark, SamplingParams, VLLMConfig

    async def main():
        results = await Benchmark(
            backend=VLLMConfig(model="Qwen/Qwen2.5-0.5B-Instruct", endpoint="http://localhost:8000"),
            prompts=["What is the capital of France?"],
            concurrency=[1, 2, 4],
            trials=3,
            sampling=SamplingParams(max_tokens=100),
        ).run()
        results.print()
        results.save("results.json")

    asyncio.run(main())

The load is made and measured by the splleed binary inside this package; Python only says what to measure, so it can't
slow the measurement down. What every number means is in docs/metrics.md.
"""

from importlib.metadata import PackageNotFoundError, version

from .api import Benchmark, Search, Sweep
from .backends import (
    LlamaCppConfig,
    OllamaConfig,
    OpenAIConfig,
    SGLangConfig,
    SimConfig,
    TGIConfig,
    TransformersConfig,
    VLLMConfig,
)
from .comparison import Comparison, compare
from .config import Part, Probe, SamplingParams, SLOConfig, Timeouts, TraceRequest
from .errors import (
    ConfigError,
    DriverError,
    FieldError,
    FileAccessError,
    GateError,
    NotFoundError,
    RunError,
    SplleedError,
    UnreachableError,
)
from .journal import merge, read_requests, rescore
from .metrics import BenchmarkResults, ConcurrencyResult
from .progress import Progress
from .stats import ConfidenceInterval
from .synthetic import synthetic_prompts

try:
    __version__ = version("splleed")
except PackageNotFoundError:  # a source tree on the path
    __version__ = "0+source"

__all__ = [
    "Benchmark",
    "BenchmarkResults",
    "Comparison",
    "ConcurrencyResult",
    "ConfidenceInterval",
    "ConfigError",
    "DriverError",
    "FieldError",
    "FileAccessError",
    "GateError",
    "LlamaCppConfig",
    "NotFoundError",
    "OllamaConfig",
    "OpenAIConfig",
    "Part",
    "Probe",
    "Progress",
    "RunError",
    "SGLangConfig",
    "SLOConfig",
    "SamplingParams",
    "Search",
    "SimConfig",
    "SplleedError",
    "Sweep",
    "TGIConfig",
    "Timeouts",
    "TraceRequest",
    "TransformersConfig",
    "UnreachableError",
    "VLLMConfig",
    "compare",
    "merge",
    "read_requests",
    "rescore",
    "synthetic_prompts",
]
