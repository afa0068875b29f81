"""Make PyTorch's build for CUDA importable where CUDA is not installed.

usage: make_stubs.py TORCH_LIB_FOLDER

PyTorch's libraries are linked to a dozen of NVIDIA's, which weigh 2 GB and are never called on a CPU. In place of each
this puts a library of its name with just the functions that PyTorch wants from it, at their versions, all of which
abort. Needs gcc and readelf.
"""

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

# Each library, and how the names of its functions begin. Where two match, the longer one is meant.
LIBRARIES = {
    "libcublas.so.13": "cublas",
    "libcublasLt.so.13": "cublasLt",
    "libcudnn.so.9": "cudnn",
    "libcufft.so.12": "cufft",
    "libcufile.so.0": "cuFile",
    "libcurand.so.10": "curand",
    "libcusolver.so.12": "cusolver",
    "libcusparse.so.12": "cusparse",
    "libcusparseLt.so.0": "cusparseLt",
    "libnccl.so.2": "p?nccl",
    "libnvrtc.so.13": "nvrtc",
    "libnvshmem_host.so.3": "nvshmem",
}


def library_of(function: str) -> str | None:
    fitting = [name for name, start in LIBRARIES.items() if re.match(start, function)]
    return max(fitting, key=lambda name: len(LIBRARIES[name]), default=None)


def wanted(folder: Path) -> dict[str, dict[str, set[str]]]:
    """By library and version: the functions that PyTorch's own libraries leave to others."""
    found: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in LIBRARIES}
    ours = [p for p in folder.iterdir() if re.fullmatch(r"lib(torch|caffe2|c10).*\.so", p.name)]
    command = ["readelf", "--dyn-syms", "--wide", *ours]
    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for symbol in re.findall(r"\bUND (\S+)", table):
        function, _, version = symbol.partition("@")
        if library := library_of(function):
            found[library][version].add(function)
    return found


def build(path: Path, versions: dict[str, set[str]]) -> None:
    functions = sorted(set().union(*versions.values()))
    source = ["#include <stdlib.h>"] + [f"void {f}(void) {{ abort(); }}" for f in functions]
    script = [f"{v} {{ global: {' '.join(f + ';' for f in sorted(fs))} }};" for v, fs in sorted(versions.items()) if v]
    with tempfile.TemporaryDirectory() as temporary:
        c, map_file = Path(temporary, "stub.c"), Path(temporary, "stub.map")
        c.write_text("\n".join(source))
        map_file.write_text("\n".join(script))
        versioned = [f"-Wl,--version-script={map_file}"] if script else []
        flags = ["-w", "-shared", "-fPIC", "-fno-builtin", f"-Wl,-soname,{path.name}", *versioned]
        subprocess.run(["gcc", *flags, "-o", path, c], check=True)


def main() -> None:
    folder = Path(sys.argv[1])
    for name, versions in wanted(folder).items():
        build(folder / name, versions)


if __name__ == "__main__":
    main()
